#include "settings/value.hpp"

#include "system/lines.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace settings {

namespace {

std::uint64_t number_from(std::string_view text, std::uint64_t most, const std::string& expected) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) {
        throw WrongValue{expected};
    }
    return value;
}

struct Unit {
    char letter;
    unsigned shift;
};
constexpr std::array units{Unit{'G', 30}, Unit{'M', 20}, Unit{'K', 10}};

} // namespace

bool flag_from(std::string_view text) {
    if (text == "yes" || text == "true" || text == "on" || text == "1") {
        return true;
    }
    if (text == "no" || text == "false" || text == "off" || text == "0") {
        return false;
    }
    throw WrongValue{"yes or no"};
}

std::uint64_t count_from(std::string_view text, std::uint64_t most) {
    return number_from(text, most, "a number from 0 to " + std::to_string(most));
}

unsigned prefix_from(std::string_view text, unsigned most) {
    return static_cast<unsigned>(
        number_from(text, most, "a prefix length from 0 to " + std::to_string(most)));
}

std::uint64_t size_from(std::string_view text, std::uint64_t least) {
    const std::string expected =
        "a number of bytes, or a number followed by K, M or G, of at least " + shown_size(least);
    unsigned shift = 0;
    for (const auto& [letter, its_shift] : units) {
        if (text.ends_with(letter) || text.ends_with(static_cast<char>(letter - 'A' + 'a'))) {
            shift = its_shift;
            text.remove_suffix(1);
            break;
        }
    }
    const std::uint64_t most = std::numeric_limits<std::int64_t>::max() >> shift;
    const std::uint64_t bytes = number_from(text, most, expected) << shift;
    return bytes >= least ? bytes : throw WrongValue{expected};
}

std::string something_from(const std::string& text, const char* what) {
    return text.empty() ? throw WrongValue{what} : text;
}

std::string one_line_from(const std::string& text) {
    return sys::one_line(text) == text ? text : throw WrongValue{"one line of text"};
}

std::vector<std::string> words_from(std::string_view text) {
    std::vector<std::string> words;
    for (std::string_view word = sys::take_word(text); !word.empty(); word = sys::take_word(text)) {
        words.emplace_back(word);
    }
    return words;
}

std::string shown(bool flag) {
    return flag ? "yes" : "no";
}

std::string shown(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : " ").append(word);
    }
    return text;
}

std::string shown_size(std::uint64_t bytes) {
    for (const auto& [letter, shift] : units) {
        if (bytes != 0 && bytes % (std::uint64_t{1} << shift) == 0) {
            return std::to_string(bytes >> shift) + letter;
        }
    }
    return std::to_string(bytes);
}

} // namespace settings
