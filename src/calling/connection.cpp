#include "calling/connection.hpp"

#include <utility>

namespace calling {

void Connection::take(std::string_view bytes) {
    if (is_last_ || bytes.empty()) {
        return;
    }
    has_begun_ = true;
    bytes.remove_prefix(request_.take(bytes));
    is_whole_ = request_.is_complete();
    rest_.assign(bytes);
}

void Connection::end() {
    is_at_end_ = true;
    if (is_whole_ || is_last_) {
        return;
    }
    is_whole_ = has_begun_ || !stays_;
    is_last_ = !is_whole_;
}

void Connection::answered(std::string_view text) {
    unsent_.append(text);
    request_ = {};
    is_whole_ = has_begun_ = false;
    if (!stays_) {
        is_last_ = true;
        return;
    }
    take(std::exchange(rest_, {}));
    if (is_at_end_) {
        end();
    }
}

void Connection::give_up() {
    request_ = {};
    rest_.clear();
    is_whole_ = has_begun_ = false;
    is_last_ = true;
}

} // namespace calling
