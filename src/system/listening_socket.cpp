#include "system/listening_socket.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

namespace sys {

namespace {

constexpr int first_handed_over = 3;
constexpr int most_handed_over = 64;

std::optional<int> option_of(int socket, int name) {
    int value = 0;
    socklen_t size = sizeof(value);
    if (getsockopt(socket, SOL_SOCKET, name, &value, &size) != 0) {
        return std::nullopt;
    }
    return value;
}

// Or was, before it broke.
bool is_connection(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    return getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 || // NOLINT: what it takes
           errno != ENOTCONN || option_of(socket, SO_ERROR).value_or(0) != 0;
}

// How many descriptors LISTEN_FDS hands to this process and no other.
int handed_over() {
    const char* const process = getenv("LISTEN_PID"); // NOLINT: there is no other thread
    const char* const count = getenv("LISTEN_FDS");   // NOLINT
    if (process == nullptr || count == nullptr || std::to_string(getpid()) != process) {
        return 0;
    }
    const int number = std::atoi(count); // NOLINT: what is no number is none
    return number < 0 ? 0 : std::min(number, most_handed_over);
}

} // namespace

ListeningSockets listening_sockets(int input) {
    ListeningSockets found;
    const auto type = option_of(input, SO_TYPE);
    if (type && *type == SOCK_STREAM && option_of(input, SO_ACCEPTCONN).value_or(0) != 0) {
        found.descriptors.push_back(input);
        return found;
    }
    for (int number = first_handed_over; number < first_handed_over + handed_over(); ++number) {
        const auto kind = option_of(number, SO_TYPE);
        if (kind && *kind == SOCK_STREAM && is_connection(number)) {
            return {}; // a connection (Accept=yes), which is the standard input as well
        }
        if (!kind || *kind != SOCK_STREAM || option_of(number, SO_ACCEPTCONN).value_or(0) == 0) {
            return {{},
                    "LISTEN_FDS: descriptor " + std::to_string(number) + " is no listening stream socket"};
        }
        found.descriptors.push_back(number);
    }
    if (found.descriptors.empty() && type && (*type != SOCK_STREAM || !is_connection(input))) {
        found.wrong = "standard input is a socket that is neither a connection nor a listening stream socket";
    }
    return found;
}

bool is_local(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 && // NOLINT: what it takes
           address.ss_family == AF_UNIX;
}

void do_not_wait(int socket) {
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK); // NOLINT: its way to be called
}

void wait(int socket) {
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK); // NOLINT: its way to be called
}

void limit_waiting(int socket, std::chrono::milliseconds longest) {
    const timeval limit{.tv_sec = longest.count() / 1000, .tv_usec = longest.count() % 1000 * 1000};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void allow_most_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace sys
