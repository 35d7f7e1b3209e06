#include "ask/exchange.hpp"

#include "ask/reply.hpp"
#include "system/descriptor.hpp"
#include "system/read_file.hpp"
#include "system/trouble.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ask {

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::microseconds;

constexpr const char* hosts_file = "/etc/hosts";
constexpr std::size_t largest_hosts_file = std::size_t{1024} * 1024;
constexpr int most_tries = 2;

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

SocketAddress inet_address(const sys::Address& host, std::uint16_t port) {
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
    const bool is_address = sys::Address::parse(server.host).has_value();
    std::vector<SocketAddress> addresses;
    for (const sys::Address& host :
         addresses_of(server.host, is_address ? "" : sys::read_file(hosts_file, largest_hosts_file))) {
        addresses.push_back(inet_address(host, server.port));
    }
    return addresses;
}

// One exchange until its deadline. Blocking calls, each with the time that is left: a server that drips bytes
// has no more of it than a silent one, and a unix socket whose queue is full is waited for.
class Exchange {
  public:
    Exchange(const Endpoint& server, std::string_view question, Microseconds limit)
        : server_(server), question_(question), deadline_(Clock::now() + limit) {}

    std::string reply() {
        const auto addresses = socket_addresses(server_);
        if (addresses.empty()) {
            throw trouble(std::string{"no such name in "} + hosts_file);
        }
        for (int tries = 0; tries < most_tries; ++tries) {
            connect_to_one_of(addresses);
            send_question();
            if (std::string reply = receive(); !reply.empty()) {
                return reply;
            }
        }
        throw trouble("the connection broke before an answer, twice");
    }

  private:
    void connect_to_one_of(const std::vector<SocketAddress>& addresses) {
        int error = 0;
        for (const SocketAddress& address : addresses) {
            const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
            connection_ = sys::Descriptor{socket(bytes->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
            if (connection_.is_open()) {
                wait_at_most_until_the_deadline(SO_SNDTIMEO);
                if (connect(connection_.number(), bytes, address.size) == 0) {
                    return;
                }
            }
            error = errno;
        }
        throw error == EAGAIN || error == EINPROGRESS ? late() : trouble(std::strerror(error));
    }

    // A server may answer, or go away, before it has read all: that is found out by reading.
    void send_question() {
        for (std::string_view rest = question_; !rest.empty();) {
            wait_at_most_until_the_deadline(SO_SNDTIMEO);
            const ssize_t sent = send(connection_.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EAGAIN) {
                throw late();
            }
            if (sent < 0 && errno != EINTR) {
                return;
            }
            rest.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        }
    }

    // Empty: the connection broke before any byte came.
    std::string receive() {
        std::string bytes;
        std::array<char, 4096> buffer{};
        while (true) {
            wait_at_most_until_the_deadline(SO_RCVTIMEO);
            const ssize_t got = recv(connection_.number(), buffer.data(), buffer.size(), 0);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0 && errno == EAGAIN) {
                throw late();
            }
            if (got <= 0) {
                return bytes.empty() ? bytes
                                     : throw trouble("the connection broke in the middle of its answer");
            }
            bytes.append(buffer.data(), static_cast<std::size_t>(got));
            if (const auto length = reply_length(bytes)) {
                bytes.resize(*length);
                return bytes;
            }
            if (bytes.size() > longest_reply) {
                throw trouble("an answer of more than " + std::to_string(longest_reply) + " bytes");
            }
        }
    }

    // The next call of that kind gives up at the deadline, with EAGAIN.
    void wait_at_most_until_the_deadline(int kind) {
        const auto left = std::chrono::duration_cast<Microseconds>(deadline_ - Clock::now()).count();
        if (left <= 0) {
            throw late();
        }
        const timeval time{.tv_sec = left / 1'000'000, .tv_usec = left % 1'000'000};
        setsockopt(connection_.number(), SOL_SOCKET, kind, &time, sizeof time);
    }

    [[nodiscard]] sys::Trouble trouble(const std::string& why) const { return {"ask", server_.text, why}; }
    [[nodiscard]] sys::Trouble late() const { return trouble("no answer in time"); }

    const Endpoint& server_;
    std::string_view question_;
    Clock::time_point deadline_;
    sys::Descriptor connection_;
};

} // namespace

std::string exchange(const Endpoint& server, std::string_view question, Microseconds limit) {
    return Exchange{server, question, limit}.reply();
}

} // namespace ask
