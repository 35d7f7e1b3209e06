#include "system/line_reader.hpp"

#include "system/lines.hpp"
#include "system/trouble.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sys {

namespace {

constexpr std::size_t piece = std::size_t{256} * 1024; // bytes of a read, at least

} // namespace

LineReader::LineReader(int file, std::string name, std::size_t longest)
    : file_(file), name_(std::move(name)), longest_(longest), buffer_(piece, '\0') {}

std::optional<LineReader::Line> LineReader::next() {
    for (std::size_t looked_at = 0; unread_.find('\n', looked_at) == std::string_view::npos;) {
        looked_at = unread_.size();
        if (looked_at > longest_) {
            return take_long_line();
        }
        if (!refill()) {
            break;
        }
    }
    if (unread_.empty()) {
        return std::nullopt;
    }
    const std::string_view line = take_until(unread_, '\n');
    return Line{line.substr(0, longest_), line.size()};
}

// Reads on behind what is unread, and moves that to the buffer's beginning. False at the end of the file.
bool LineReader::refill() {
    const std::size_t kept = unread_.size();
    if (unread_.data() != buffer_.data()) {
        std::copy(unread_.begin(), unread_.end(), buffer_.begin());
    }
    if (buffer_.size() < 2 * kept) {
        buffer_.resize(std::min(2 * buffer_.size(), longest_ + piece));
    }
    ssize_t got = 0;
    do {
        got = ::read(file_, buffer_.data() + kept, buffer_.size() - kept);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        throw Trouble{"read", name_, errno};
    }
    unread_ = std::string_view{buffer_}.substr(0, kept + static_cast<std::size_t>(got));
    return got > 0;
}

// What is unread is its beginning, already longer than a line may be. The rest is only counted.
LineReader::Line LineReader::take_long_line() {
    std::size_t size = unread_.size();
    unread_ = unread_.substr(0, longest_);
    while (refill()) {
        const std::size_t end = std::min(unread_.find('\n', longest_), unread_.size());
        size += end - longest_;
        if (end < unread_.size()) {
            const Line line{unread_.substr(0, longest_), size};
            unread_.remove_prefix(end + 1);
            return line;
        }
        unread_ = unread_.substr(0, longest_);
    }
    return {std::exchange(unread_, {}), size};
}

} // namespace sys
