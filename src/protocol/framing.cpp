#include "protocol/framing.hpp"

#include "protocol/request.hpp"
#include "system/lines.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace protocol {

namespace {

// A line that no limit can be exceeded by is not looked at.
constexpr std::size_t plain_line = longest_name;

// Of a line that has no end yet: more than a name and half a value at each end.
constexpr std::size_t longest_unfinished = 4096;
constexpr std::size_t kept_of_each_end = 1024;

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Leaves out the middle of the value from `begin` to `end`, and no part of a character that is one of UTF-8.
void cut(std::string& text, std::size_t begin, std::size_t end, std::size_t limit) {
    if (end - begin <= limit) {
        return;
    }
    constexpr std::size_t rest_of_a_character = 3;
    std::size_t from = begin + (limit + 1) / 2;
    std::size_t to = end - limit / 2;
    for (std::size_t i = 0; i < rest_of_a_character && continues_a_character(text[from]); ++i) {
        --from;
    }
    for (std::size_t i = 0; i < rest_of_a_character && continues_a_character(text[to]); ++i) {
        ++to;
    }
    text.erase(from, to - from);
}

std::string_view name_of(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    return line.substr(0, std::min(line.find('='), line.size()));
}

} // namespace

std::size_t Collector::take(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && !is_complete_) {
        const std::size_t newline = bytes.find('\n', at);
        const bool has_end = newline != std::string_view::npos;
        const std::string_view piece = bytes.substr(at, has_end ? newline + 1 - at : newline);
        block_.append(piece);
        at += piece.size();
        if (has_end) {
            end_line();
        } else if (block_.size() - line_begin_ > longest_unfinished) {
            shorten_line();
        }
    }
    return at;
}

void Collector::end_line() {
    const std::size_t length = block_.size() - line_begin_;
    is_complete_ = length == 1 || (length == 2 && block_[line_begin_] == '\r');
    if (!is_complete_ && (!may_be_too_much() || settle_line())) {
        ++lines_;
    }
    line_begin_ = block_.size();
    if (lines_ > most_attributes || block_.size() > largest_request) {
        make_room();
    }
}

bool Collector::may_be_too_much() const {
    return is_crowded_ || line_is_shortened_ || block_.size() - line_begin_ > plain_line;
}

// Of the line that is being taken the beginning and the end so far.
void Collector::shorten_line() {
    const std::size_t name = std::min(block_.find_first_not_of(' ', line_begin_), block_.size());
    if (name > line_begin_ + 1) {
        block_.erase(line_begin_ + 1, name - line_begin_ - 1); // one blank says that the line is not empty
    }
    const std::size_t length = block_.size() - line_begin_;
    if (length > 2 * kept_of_each_end) {
        block_.erase(line_begin_ + kept_of_each_end, length - 2 * kept_of_each_end);
    }
    line_is_shortened_ = true;
}

// Cuts the line, or takes it away.
bool Collector::settle_line() {
    line_is_shortened_ = false;
    std::string_view rest = std::string_view{block_}.substr(line_begin_);
    const std::string_view text = sys::take_line(rest);
    const std::string_view name = name_of(text);
    const auto blanks = static_cast<std::size_t>(name.data() - text.data());
    const bool is_attribute = blanks + name.size() < text.size();
    const auto number = is_attribute ? attribute_number(name) : std::nullopt;
    if (!number && (!is_attribute || is_crowded_ || text.size() - blanks > longest_value)) {
        block_.resize(line_begin_);
        return false;
    }
    if (number) {
        const std::size_t value = line_begin_ + blanks + name.size() + 1;
        cut(block_, value, line_begin_ + text.size(), longest_value_of(*number));
    }
    block_.erase(line_begin_, blanks);
    return true;
}

// Keeps of what Postfix sends the first value, and the last one that differs from it (request.hpp tells a
// contradiction by them).
void Collector::make_room() {
    std::array<std::pair<std::string_view, std::string_view>, attribute_count> kept;
    std::string_view rest = block_;
    while (!rest.empty()) {
        const std::string_view text = sys::take_line(rest);
        const std::string_view name = name_of(text);
        const auto number = attribute_number(name);
        if (!number || name.data() + name.size() == text.data() + text.size()) {
            continue;
        }
        auto& [first, other] = kept.at(*number);
        if (first.empty()) {
            first = text;
        } else if (text != first) {
            other = text;
        }
    }
    std::string block;
    lines_ = 0;
    for (const auto& [first, other] : kept) {
        for (const std::string_view text : {first, other}) {
            if (!text.empty()) {
                block.append(text).append("\n");
                ++lines_;
            }
        }
    }
    block_ = std::move(block);
    line_begin_ = block_.size();
    is_crowded_ = true;
}

std::string_view Collector::block() {
    if (may_be_too_much()) {
        settle_line();
    }
    if (block_.find('\0') != std::string::npos) {
        std::replace(block_.begin(), block_.end(), '\0', '?');
    }
    return block_;
}

} // namespace protocol
