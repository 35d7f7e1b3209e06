#include "system/system_log.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

namespace sys {

namespace {

void wait_no_longer_than(const Descriptor& socket, std::chrono::microseconds limit) {
    const timeval time{.tv_sec = 0, .tv_usec = limit.count()};
    static_cast<void>(setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
}

} // namespace

SystemLog::SystemLog(std::string_view path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address_.sun_path), sizeof(address_.sun_path) - 1);
}

std::string SystemLog::line(std::string_view program, int priority, std::string_view text) {
    std::string line = "<" + std::to_string(priority) + ">";
    line.append(program).append("[").append(std::to_string(getpid())).append("]: ").append(text);
    return line;
}

void SystemLog::send(std::string_view line) {
    if (!is_stream_ && !send_soon(line) && errno == EPROTOTYPE) {
        open_stream();
    }
    if (is_stream_) {
        send_soon(std::string{line}.append(1, '\0'));
    }
}

int SystemLog::send_now(std::string_view line) {
    is_behind_ = true; // no more patience
    errno = 0;
    send(line);
    return errno;
}

void SystemLog::open_stream() {
    is_stream_ = true;
    socket_ = Descriptor{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    wait_no_longer_than(socket_, patience); // a daemon that does not accept holds up connect(2) as well
    static_cast<void>(connect(socket_.number(), address(), sizeof(address_)));
}

// Without waiting where the daemon keeps up, as it mostly does: a timer is a system call more.
bool SystemLog::send_soon(std::string_view line) {
    if (send_bytes(line, MSG_DONTWAIT)) {
        return true;
    }
    if (errno != EAGAIN || is_behind_) {
        return false;
    }
    wait_no_longer_than(socket_, patience);
    is_behind_ = !send_bytes(line, 0);
    return !is_behind_;
}

bool SystemLog::send_bytes(std::string_view line, int flags) const {
    const sockaddr* const to = is_stream_ ? nullptr : address();
    const socklen_t size = is_stream_ ? 0 : sizeof(address_);
    return sendto(socket_.number(), line.data(), line.size(), flags | MSG_NOSIGNAL, to, size) >= 0;
}

const sockaddr* SystemLog::address() const {
    return reinterpret_cast<const sockaddr*>(&address_); // NOLINT: what the calls take
}

} // namespace sys
