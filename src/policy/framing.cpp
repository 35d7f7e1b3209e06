#include "policy/framing.hpp"

#include "policy/request.hpp"

#include <algorithm>

namespace policy {

std::size_t Collector::take(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && !is_complete_) {
        if (line_length_ == 0 && !line_starts_with_cr_ && bytes[at] == '\r') {
            line_starts_with_cr_ = true;
            ++at;
            continue;
        }
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        line_length_ += end - at;
        at = end;
        if (at < bytes.size()) {
            is_complete_ = line_length_ == 0;
            line_length_ = 0;
            line_starts_with_cr_ = false;
            ++at;
        }
    }
    is_empty_ = is_empty_ && at == 0;
    block_.append(bytes.substr(0, std::min(at, largest_request + 1 - block_.size())));
    return at;
}

} // namespace policy
