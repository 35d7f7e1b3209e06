// One connection of many: the bytes that came, the request among them, and the bytes that are to go. Pure: who
// reads and writes them, and when, is said in server.hpp.
#pragma once

#include "protocol/framing.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace calling {

class Connection {
  public:
    // `stays`: more requests may follow, and its end is no request.
    explicit Connection(bool stays) : stays_(stays) {}

    // Bytes that came. Not to be called while there is a request.
    void take(std::string_view bytes);
    // No more bytes come.
    void end();

    // Whether there is a whole request; where the connection does not stay also what there was at its end.
    [[nodiscard]] bool has_request() const { return is_whole_; }
    // It, valid until answered() or give_up().
    [[nodiscard]] std::string_view request() { return request_.block(); }
    // Whether the first bytes of a request are there, or all.
    [[nodiscard]] bool is_in_a_request() const { return is_whole_ || has_begun_; }

    // What is said to the request, which is over: the next one may be there at once.
    void answered(std::string_view text);
    // The same, where another process has said it.
    void answered_elsewhere() { answered({}); }
    // Nothing that comes is looked at any more.
    void give_up();

    // Bytes that are to be written, and how many of them were.
    [[nodiscard]] std::string_view to_write() const { return unsent_; }
    void written(std::size_t count) { unsent_.erase(0, count); }

    [[nodiscard]] bool is_at_end() const { return is_at_end_; }
    // Nothing is left to be done with it but to close it.
    [[nodiscard]] bool is_over() const { return is_last_ && unsent_.empty(); }

  private:
    bool stays_;
    protocol::Collector request_;
    std::string rest_; // came behind the request
    std::string unsent_;
    bool has_begun_ = false;
    bool is_whole_ = false;
    bool is_at_end_ = false;
    bool is_last_ = false; // no request comes after this
};

} // namespace calling
