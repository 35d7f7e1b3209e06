// Where one request ends in a stream of bytes, and keeping it until then. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace policy {

class Collector {
  public:
    // Takes bytes up to the end of the request and returns how many it took; the rest belongs to the next
    // one. Of a request that is too large only the end is still looked for.
    std::size_t take(std::string_view bytes);

    // An empty line was seen.
    [[nodiscard]] bool is_complete() const { return is_complete_; }
    // Not one byte came.
    [[nodiscard]] bool is_empty() const { return is_empty_; }
    // One byte more than largest_request (request.hpp) at the most.
    [[nodiscard]] std::string_view block() const { return block_; }

  private:
    std::string block_;
    bool is_empty_ = true;
    bool is_complete_ = false;
    std::size_t line_length_ = 0; // bytes since the last LF, a CR at the very beginning not counted
    bool line_starts_with_cr_ = false;
};

} // namespace policy
