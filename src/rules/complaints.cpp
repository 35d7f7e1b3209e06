#include "rules/complaints.hpp"

#include "system/hexadecimal.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace rules {

namespace {

// Enough to find the place in a line by.
constexpr std::size_t longest_quote = 120;

} // namespace

std::string one_word(std::string_view name) {
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F || c == '%') {
            const auto digits = sys::hexadecimal<2>(byte, sys::upper_hex);
            text.append("%").append(digits.data(), digits.size());
        } else {
            text += c;
        }
    }
    return text;
}

Source source_from(std::string_view text) {
    const std::size_t colon = std::min(text.size(), text.rfind(':'));
    Source source{std::string{text.substr(0, colon)}, 0};
    std::from_chars(text.data() + std::min(text.size(), colon + 1), text.data() + text.size(), source.line);
    return source;
}

void Complaints::wrong(const Source& source, std::string_view what, std::string_view expected) {
    std::string text = sys::cleaned(what, longest_quote);
    lines_.push_back({source, text.append(": ").append(expected)});
    ++errors_;
}

void Complaints::doubtful(const Source& source, std::string_view what, std::string_view why) {
    std::string text = "warning: ";
    text.append(sys::cleaned(what, longest_quote)).append(": ").append(why);
    lines_.push_back({source, std::move(text)});
}

std::vector<std::string> Complaints::lines() const {
    std::vector<Line> sorted = lines_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Line& a, const Line& b) {
        return std::tie(a.source.file, a.source.line) < std::tie(b.source.file, b.source.line);
    });
    std::vector<std::string> texts;
    texts.reserve(sorted.size());
    for (const Line& line : sorted) {
        texts.push_back(
            sys::cleaned(line.source.file + ':' + std::to_string(line.source.line) + ": " + line.text));
    }
    return texts;
}

} // namespace rules
