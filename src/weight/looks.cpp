#include "weight/looks.hpp"

#include <algorithm>
#include <array>

namespace weight {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

bool is_digit(char c) {
    return digits.find(c) != std::string_view::npos;
}

bool has_two_dots(std::string_view rest) {
    return std::ranges::count(rest, '.') >= 2;
}

// `word` somewhere, and two dots behind it: its first place has the most behind it.
bool has_word(std::string_view host, std::string_view word) {
    const std::size_t place = host.find(word);
    return place != std::string_view::npos && has_two_dots(host.substr(place + word.size()));
}

// "rev", and later `word`.
bool has_rev_and(std::string_view host, std::string_view word) {
    const std::size_t rev = host.find("rev");
    return rev != std::string_view::npos && has_word(host.substr(rev + 3), word);
}

// "stat" that is not the end of a word in n: nstat.
bool has_stat(std::string_view host) {
    for (std::size_t place = host.find("stat"); place != std::string_view::npos;
         place = host.find("stat", place + 1)) {
        if (place == 0 || host[place - 1] != 'n') {
            return has_two_dots(host.substr(place + 4));
        }
    }
    return false;
}

// Takes one to three digits off `text`, no more and no less than stand there.
bool take_short_number(std::string_view& text) {
    const std::size_t length = std::min(text.find_first_not_of(digits), text.size());
    text.remove_prefix(length);
    return length >= 1 && length <= 3;
}

bool starts_with_address(std::string_view text) {
    for (int number = 0; number < 3; ++number) {
        if (!take_short_number(text) || text.empty() ||
            std::string_view("-._").find(text[0]) == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(1);
    }
    return !text.empty() && is_digit(text[0]);
}

// `least` of `set` in a row, somewhere before the last `@`.
bool has_run(std::string_view local, std::string_view set, std::size_t least) {
    std::size_t run = 0;
    for (const char c : local) {
        run = set.find(c) == std::string_view::npos ? 0 : run + 1;
        if (run == least) {
            return true;
        }
    }
    return false;
}

} // namespace

bool is_numeric(std::string_view helo) {
    if (helo.size() < 3) {
        return false;
    }
    const auto opens = [](char c) { return is_digit(c) || c == '|' || c == '['; };
    const auto closes = [](char c) { return is_digit(c) || c == '|' || c == ']'; };
    const std::string_view inner = helo.substr(1, helo.size() - 2);
    return opens(helo.front()) && closes(helo.back()) &&
           std::ranges::all_of(inner, [](char c) { return is_digit(c) || c == '.'; });
}

bool names_a_server(std::string_view host) {
    constexpr std::array<std::string_view, 4> words{"mx", "smtp", "mail", "dedicated"};
    return std::ranges::any_of(words, [host](auto word) { return has_word(host, word); }) || has_stat(host);
}

bool names_a_pool(std::string_view host) {
    constexpr std::array<std::string_view, 7> words{".dip", "cable", "ppp", "dial", "dsl", "dyn", "client"};
    return std::ranges::any_of(words, [host](auto word) { return has_word(host, word); }) ||
           has_rev_and(host, "ip") || has_rev_and(host, "home");
}

bool embeds_an_address(std::string_view host) {
    for (std::size_t i = 0; i + 1 < host.size(); ++i) {
        const bool may_precede = letters.find(host[i]) != std::string_view::npos || host[i] == '.' ||
                                 host[i] == '-' || host[i] == '_';
        if (may_precede && starts_with_address(host.substr(i + 1))) {
            return true;
        }
    }
    return false;
}

bool is_nobody(std::string_view sender) {
    return sender.find("nobody@") != std::string_view::npos ||
           sender.find("anonymous@") != std::string_view::npos;
}

bool is_random(std::string_view sender) {
    const std::size_t at = sender.rfind('@');
    if (at == std::string_view::npos) {
        return false;
    }
    const std::string_view local = sender.substr(0, at);
    return has_run(local, "bcdfgjklmnpqrtvwxz", 5) || has_run(local, "aeiou", 4);
}

} // namespace weight
