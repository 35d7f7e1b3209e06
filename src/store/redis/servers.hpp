// Several servers that are one state: a master and its replicas, in the same order for everybody who asks. The
// first that can is taken; which one that is, is known by trying. What is asked of them is not known here.
//
// A connection is kept for as long as its server can. One that broke while nobody asked is dialled again, once:
// whoever repeats a write finds his own record and no harm done.
#pragma once

#include "store/allowance.hpp"
#include "store/redis/command.hpp"
#include "store/redis/place.hpp"
#include "store/redis/reply.hpp"
#include "system/connection.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace redis {

using Microseconds = std::chrono::microseconds;

using store::Allowance;

class Servers {
  public:
    // `name` is for messages. An answer has at most `most_bytes`.
    Servers(std::string name, std::vector<sys::Endpoint> servers, Login login, std::size_t most_bytes);

    // Runs `work`, which asks; where a server turns out to be away, or not to be the one that is written to, all of
    // it anew at the next one. Each has its share of the time that is left. Throws sys::Trouble: none of them can,
    // or what a server says is no such case.
    void run(Allowance& time, const std::function<void()>& work);

    // They will probably be asked in a moment: begins to connect to the first, and waits for nothing.
    void begin_to_dial();

    // For `work`. All in one trip; as many replies as commands, none of them an error.
    std::vector<Reply> ask(const std::vector<std::string>& commands);

    // Another number where another server is asked than before.
    [[nodiscard]] unsigned turn() const { return turn_; }

    // The one that is asked.
    [[nodiscard]] const sys::Endpoint& server() const { return servers_[current_]; }

    // The next use of the connection is that of another request.
    void rest() { is_rested_ = true; }

  private:
    // Its server is away, or cannot serve now: the next one is asked.
    struct Unavailable {
        std::string why;
    };

    void dial();
    void hang_up();
    void send_and_receive(const std::string& text, std::size_t count, std::vector<Reply>& replies);
    void expect_no_error(const Reply& reply) const;

    std::string name_;
    std::vector<sys::Endpoint> servers_;
    Login login_;
    ReplyReader reader_;
    std::size_t current_ = 0;
    unsigned turn_ = 0;
    bool is_rested_ = false;
    bool must_log_in_ = false;
    std::optional<sys::Connection> connection_;
    sys::Connection::Clock::time_point deadline_{};
};

} // namespace redis
