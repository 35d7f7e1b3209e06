#include "system/connection.hpp"

#include "system/read_file.hpp"
#include "system/waiting.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace sys {

namespace {

using Clock = Connection::Clock;
using Broken = Connection::Broken;

constexpr const char* hosts_file = "/etc/hosts";
constexpr std::size_t largest_hosts_file = std::size_t{1024} * 1024;

// An address as connect(2) takes it.
struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

template <typename Kind>
SocketAddress stored(const Kind& kind) {
    SocketAddress address;
    std::memcpy(&address.bytes, &kind, sizeof kind);
    address.size = sizeof kind;
    return address;
}

SocketAddress unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    return stored(address);
}

SocketAddress inet_address(const Address& host, std::uint16_t port) {
    if (host.bits() == 32) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        std::memcpy(&address.sin_addr, host.bytes().data(), sizeof address.sin_addr);
        return stored(address);
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    std::memcpy(&address.sin6_addr, host.bytes().data(), sizeof address.sin6_addr);
    return stored(address);
}

std::vector<SocketAddress> socket_addresses(const Endpoint& server) {
    if (!server.path.empty()) {
        return {unix_address(server.path)};
    }
    const bool is_address = Address::parse(server.host).has_value();
    std::vector<SocketAddress> addresses;
    for (const Address& host :
         addresses_of(server.host, is_address ? "" : read_file(hosts_file, largest_hosts_file))) {
        addresses.push_back(inet_address(host, server.port));
    }
    if (addresses.empty()) {
        throw Broken{std::string{"no such name in "} + hosts_file};
    }
    return addresses;
}

Broken late() {
    return {"no answer in time"};
}

// Who serves others as well waits no longer than this himself (waiting.hpp): most answers come sooner.
constexpr std::chrono::microseconds moment{5000};

// The next call of that kind gives up at the deadline, with EAGAIN; with `briefly` after a moment.
void wait_at_most_until(Clock::time_point deadline, int kind, const Descriptor& socket,
                        bool briefly = false) {
    auto left_of_it = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
    if (left_of_it <= std::chrono::microseconds{0}) {
        throw late();
    }
    if (briefly) {
        left_of_it = std::min(left_of_it, moment);
    }
    const auto left = left_of_it.count();
    const timeval time{.tv_sec = left / 1'000'000, .tv_usec = left % 1'000'000};
    setsockopt(socket.number(), SOL_SOCKET, kind, &time, sizeof time);
}

} // namespace

Connection Connection::to(const Endpoint& server, Clock::time_point deadline) {
    int error = 0;
    for (const SocketAddress& address : socket_addresses(server)) {
        const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
        Descriptor socket{::socket(bytes->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (!socket.is_open()) {
            error = errno;
            continue;
        }
        // One more call waits on for what a call before it has begun.
        for (bool briefly = true;; briefly = false) {
            wait_at_most_until(deadline, SO_SNDTIMEO, socket, briefly);
            if (connect(socket.number(), bytes, address.size) == 0 || errno == EISCONN) {
                return Connection{std::move(socket)};
            }
            error = errno;
            const bool takes_time = error == EAGAIN || error == EINPROGRESS || error == EALREADY;
            if (!takes_time || !briefly) {
                break;
            }
            before_waiting();
        }
    }
    const bool was_late = error == EAGAIN || error == EINPROGRESS || error == EALREADY;
    throw was_late ? late() : Broken{std::strerror(error)};
}

std::optional<Connection> Connection::begun(const Endpoint& server) {
    const SocketAddress address = socket_addresses(server).front();
    const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
    Descriptor socket{::socket(bytes->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open() || (connect(socket.number(), bytes, address.size) != 0 && errno != EINPROGRESS) ||
        fcntl(socket.number(), F_SETFL, 0) != 0) {
        return std::nullopt;
    }
    return Connection{std::move(socket)};
}

void Connection::send(std::string_view bytes, Clock::time_point deadline) const {
    while (!bytes.empty()) {
        wait_at_most_until(deadline, SO_SNDTIMEO, socket_);
        const ssize_t sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            throw late();
        }
        if (sent < 0 && errno != EINTR) {
            return;
        }
        bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
}

std::size_t Connection::receive(char* bytes, std::size_t size, Clock::time_point deadline) const {
    bool briefly = true;
    while (true) {
        wait_at_most_until(deadline, SO_RCVTIMEO, socket_, briefly);
        const ssize_t got = recv(socket_.number(), bytes, size, 0);
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno == EAGAIN && briefly) {
            before_waiting();
            briefly = false;
        } else if (errno == EAGAIN) {
            throw late();
        } else if (errno != EINTR) {
            return 0;
        }
    }
}

bool Connection::is_quiet() const {
    char byte = 0;
    return recv(socket_.number(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

} // namespace sys
