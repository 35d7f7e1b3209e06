#include "system/system_log.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace sys {

SystemLog::SystemLog(std::string_view program, int facility, std::string_view path)
    : program_(program), facility_(facility), path_(path) {
    is_stream_ = !connect(SOCK_DGRAM) && errno == EPROTOTYPE;
    if (is_stream_) {
        connect(SOCK_STREAM);
    }
}

bool SystemLog::connect(int type) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    socket_ = Descriptor{socket(AF_UNIX, type | SOCK_CLOEXEC, 0)};
    return socket_.is_open() &&
           ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

void SystemLog::send(int priority, std::string_view text) {
    std::string line = "<" + std::to_string(facility_ | priority) + ">";
    line.append(program_).append("[").append(std::to_string(getpid())).append("]: ").append(text);
    if (is_stream_) {
        line.append(1, '\0');
    }
    ::send(socket_.number(), line.data(), line.size(), MSG_NOSIGNAL);
}

} // namespace sys
