// A source file, line by line.
#pragma once

#include "rules/complaints.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace rules {

// Calls `use` with each line of `path` that is neither empty nor too long, blanks at both ends cut off (so a
// CR is), in their order. A line that holds a NUL or is too long is a complaint. Comments go to the end of
// their line in postgrey's lists. The byte order mark of UTF-8 before the first line is passed over; a file
// in UTF-16 is one complaint. Throws sys::Trouble where the file cannot be read.
struct Line {
    Source source;
    std::string_view text;
};
enum class Comments { of_whole_lines, to_the_end_of_line };
void read_lines(const std::string& path, Comments comments, Complaints& complaints,
                const std::function<void(const Line&)>& use);

// A blank of a source: what Perl's \s takes. Letters are told by the first comparison.
constexpr bool is_blank(char c) {
    return c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r'));
}

std::string_view trimmed(std::string_view text);

// The first word of `text`, which is left at the next one.
std::string_view take_blank_word(std::string_view& text);

// A text that is read word by word.
class Words {
  public:
    explicit Words(std::string_view text) : after_(text) { next(); }

    // Empty behind the last one.
    [[nodiscard]] std::string_view word() const { return word_; }
    // From this word on.
    [[nodiscard]] std::string_view rest() const { return {word_.data(), after_.data() + after_.size()}; }
    void next() { word_ = take_blank_word(after_); }

  private:
    std::string_view word_;
    std::string_view after_;
};

} // namespace rules
