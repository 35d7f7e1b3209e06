// A conversation: two descriptors, one that requests come from and one that answers go to, which may be the
// same. Neither need block.
#pragma once

#include "protocol/framing.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace calling {

struct Conversation {
    int input;
    int output;
};

// The requests of a conversation, one after the other.
class Requests {
  public:
    static constexpr std::size_t for_one = 2048; // bytes at once, more than one request has
    static constexpr std::size_t for_many = std::size_t{32} * 1024;

    Requests(int input, std::size_t at_once) : input_(input), buffer_(at_once, '\0') {}

    // Whether the next request has yet to come.
    [[nodiscard]] bool is_empty() const { return rest_.empty(); }
    // Waits for the first byte of a request; false at end of file. Throws sys::Trouble.
    bool wait() { return !rest_.empty() || refill(); }

    // Counts how often it had to wait.
    [[nodiscard]] unsigned waits() const { return waits_; }

    // Reads one request, to its empty line or to end of file. Throws sys::Trouble.
    protocol::Collector next();

  private:
    bool refill();

    int input_;
    std::string buffer_;
    std::string_view rest_;
    unsigned waits_ = 0;
};

} // namespace calling
