// A stream to a server at an endpoint. Blocking calls, each with the time that is left until a deadline: a server
// that drips bytes has no more of it than a silent one, and a unix socket whose queue is full is waited for. For
// longer than some milliseconds only after before_waiting() (waiting.hpp), which may throw.
#pragma once

#include "system/descriptor.hpp"
#include "system/endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sys {

class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    // What its functions throw: why it is of no use.
    struct Broken {
        std::string why;
    };

    // To the first address that answers; a name's are those of /etc/hosts, read anew.
    static Connection to(const Endpoint& server, Clock::time_point deadline);

    // Begins to connect to its first address and waits for nothing: sending waits for what is still missing. Whatever is in
    // its way is found out by receiving. None where not even that much can be done.
    static std::optional<Connection> begun(const Endpoint& server);

    // A server may answer, or go away, before it has read all: that is found out by receiving.
    void send(std::string_view bytes, Clock::time_point deadline) const;
    // How many bytes came, at most `size`; 0: the other end has closed it, or broken it.
    std::size_t receive(char* bytes, std::size_t size, Clock::time_point deadline) const;

    // Whether nothing has come that nobody has received, nor its end.
    [[nodiscard]] bool is_quiet() const;

  private:
    explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}

    Descriptor socket_;
};

} // namespace sys
