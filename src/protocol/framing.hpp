// Where one request ends in a stream of bytes, and what of it is kept until then. Pure.
//
// A client can make its values long, and a caller can send more than a mail server would. Memory is bounded,
// and the request is judged all the same:
//   - of a value that is too long (longest_value_of() in request.hpp) the middle is left out, so that a name
//     keeps its domain and an address both its user and its domain;
//   - an attribute that Postfix does not send goes where its line is too long, or the request too large;
//   - of an attribute that is repeated in such a request two values stay;
//   - a NUL byte becomes `?`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace protocol {

// What is kept of a request; Postfix sends some thirty attributes in less than 2 KiB.
constexpr std::size_t largest_request = std::size_t{64} * 1024;
constexpr std::size_t most_attributes = 256;

class Collector {
  public:
    // Takes bytes up to the end of the request and returns how many it took; the rest belongs to the next
    // one.
    std::size_t take(std::string_view bytes);

    // An empty line was seen.
    [[nodiscard]] bool is_complete() const { return is_complete_; }
    // The request, when no more of it comes: at most largest_request bytes and most_attributes lines beside
    // the last one.
    [[nodiscard]] std::string_view block();

  private:
    void end_line();
    [[nodiscard]] bool may_be_too_much() const;
    void shorten_line();
    bool settle_line(); // does any of it stay?
    void make_room();

    std::string block_;
    std::size_t line_begin_ = 0; // of the line that is being taken
    std::size_t lines_ = 0;
    bool line_is_shortened_ = false;
    bool is_crowded_ = false; // it was too large: from now on only what Postfix sends is kept
    bool is_complete_ = false;
};

} // namespace protocol
