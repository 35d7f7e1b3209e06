#include "weight/perl_text.hpp"

#include <algorithm>
#include <optional>

namespace weight::perl {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word(char c) {
    return begins_word(c) || is_digit(c);
}

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

namespace {

void append(PerlText& text, char c) {
    if (text.empty() || text.back().is_variable) {
        text.push_back({});
    }
    text.back().text += c;
}

// What an escape in double quotes stands for; none where it would have to be worked out.
std::optional<char> escaped(char c) {
    if (c == 'n') {
        return '\n';
    }
    if (c == 't') {
        return '\t';
    }
    return is_word(c) ? std::nullopt : std::optional{c};
}

// Where Perl has a variable in a text. A dollar sign before a blank or the end is none.
bool stands_for_variable(std::string_view text) {
    const char next = text.size() > 1 ? text[1] : ' ';
    return text.front() == '$' ? !is_blank(next)
                               : text.front() == '@' && (is_word(next) || next == '{' || next == ':');
}

} // namespace

bool take_variable(std::string_view& text, PerlText& into) {
    const char sigil = text.front();
    const bool is_braced = text.substr(1).starts_with('{');
    const std::string_view rest = text.substr(is_braced ? 2 : 1);
    const auto* const end = std::find_if_not(rest.begin(), rest.end(), is_word);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    std::string_view behind = rest.substr(size);
    if (size == 0 || !begins_word(rest[0]) || (is_braced && !behind.starts_with('}'))) {
        return false;
    }
    behind.remove_prefix(is_braced ? 1 : 0);
    if (behind.starts_with('[') || behind.starts_with('{') || behind.starts_with("->") ||
        behind.starts_with("::")) {
        return false;
    }
    into.push_back({true, sigil + std::string{rest.substr(0, size)}});
    text = behind;
    return true;
}

void take_plain(std::string_view between, Delimiter delimiter, PerlText& into) {
    into.push_back({});
    for (std::size_t i = 0; i < between.size(); ++i) {
        const char next = i + 1 < between.size() ? between[i + 1] : '\0';
        const bool is_escape =
            between[i] == '\\' && (next == '\\' || next == delimiter.opening || next == delimiter.closing);
        i += is_escape ? 1 : 0;
        append(into, between[i]);
    }
}

bool take_interpolated(std::string_view between, PerlText& into) {
    into.push_back({});
    while (!between.empty()) {
        if (stands_for_variable(between)) {
            if (!take_variable(between, into)) {
                return false;
            }
            continue;
        }
        const bool is_escape = between.front() == '\\' && between.size() > 1;
        const auto c = is_escape ? escaped(between[1]) : std::optional{between.front()};
        if (!c) {
            return false;
        }
        append(into, *c);
        between.remove_prefix(is_escape ? 2 : 1);
    }
    return true;
}

bool take_pattern(std::string_view between, PerlText& into) {
    for (std::size_t i = 0; i < between.size(); ++i) {
        const char next = i + 1 < between.size() ? between[i + 1] : '\0';
        if (between[i] == '\\') {
            ++i;
        } else if ((between[i] == '$' || between[i] == '@') && (is_word(next) || next == '{')) {
            return false;
        }
    }
    into.push_back({false, std::string{between}});
    return true;
}

} // namespace weight::perl
