#include "system/system_log.hpp"

#include <unistd.h>

#include <cerrno>

namespace sys {

SystemLog::SystemLog(std::string_view program, int facility, std::string_view path)
    : program_(program), facility_(facility), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address_.sun_path), sizeof(address_.sun_path) - 1);
}

void SystemLog::send(int priority, std::string_view text) {
    std::string line = "<" + std::to_string(facility_ | priority) + ">";
    line.append(program_).append("[").append(std::to_string(getpid())).append("]: ").append(text);
    if (!is_stream_ && !send_datagram(line) && errno == EPROTOTYPE) {
        is_stream_ = true;
        socket_ = Descriptor{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        static_cast<void>(connect(socket_.number(), address(), sizeof(address_)));
    }
    if (is_stream_) {
        line.append(1, '\0');
        ::send(socket_.number(), line.data(), line.size(), MSG_NOSIGNAL);
    }
}

bool SystemLog::send_datagram(std::string_view line) const {
    return sendto(socket_.number(), line.data(), line.size(), MSG_NOSIGNAL, address(), sizeof(address_)) >= 0;
}

const sockaddr* SystemLog::address() const {
    return reinterpret_cast<const sockaddr*>(&address_); // NOLINT: what the calls take
}

} // namespace sys
