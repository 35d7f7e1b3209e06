#include "calling/conversation.hpp"

#include "system/standard_streams.hpp"
#include "system/trouble.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace calling {

protocol::Collector Requests::next() {
    protocol::Collector request;
    while (!request.is_complete() && wait()) {
        rest_.remove_prefix(request.take(rest_));
    }
    return request;
}

bool Requests::refill() {
    ++waits_;
    while (true) {
        const ssize_t got = read(input_, buffer_.data(), buffer_.size());
        if (got >= 0) {
            rest_ = std::string_view{buffer_}.substr(0, static_cast<std::size_t>(got));
            return got > 0;
        }
        if (errno != EINTR && !sys::waited(input_, POLLIN)) {
            throw sys::Trouble("read", "standard input", errno);
        }
    }
}

} // namespace calling
