#include "calling/steady_log.hpp"

#include "system/standard_streams.hpp"

#include <poll.h>

#include <cerrno>
#include <utility>

namespace calling {

void SteadyLog::send(std::vector<std::string> lines) {
    flush();
    for (std::string& line : lines) {
        if (kept_.empty() && send_now(line)) {
            continue;
        }
        if (kept_.size() < most_kept) {
            kept_.push_back(std::move(line));
        } else {
            ++lost_;
        }
    }
}

void SteadyLog::flush() {
    while (!kept_.empty() && send_now(kept_.front())) {
        kept_.pop_front();
    }
    if (kept_.empty() && lost_ > 0) {
        const std::size_t lost = std::exchange(lost_, 0);
        warn("the log was behind: lines that are lost: " + std::to_string(lost));
    }
}

void SteadyLog::finish() {
    flush();
    calling::send({kept_.begin(), kept_.end()}, place_);
    kept_.clear();
}

bool SteadyLog::send_now(const std::string& line) {
    if (place_.kind == sys::LogPlace::Kind::stream) {
        // A pipe that may be written takes a line whole, or it is broken.
        pollfd stream{.fd = place_.stream, .events = POLLOUT, .revents = 0};
        if (poll(&stream, 1, 0) == 0) {
            return false;
        }
        sys::write_all(place_.stream, line);
        return true;
    }
    if (!system_) {
        system_.emplace();
    }
    const int error = system_->send_now(line);
    if (error != 0 && error != EAGAIN) {
        system_.reset(); // its daemon is another one now, or away: the line is lost
    }
    return error != EAGAIN;
}

} // namespace calling
