#include "rules/host_name.hpp"

#include <algorithm>
#include <cstddef>

namespace rules {

namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

enum class Alphabet { ascii, utf8 };

std::string_view whats_odd_in_label(std::string_view label, Alphabet alphabet) {
    if (label.empty()) {
        return "a name has no empty label";
    }
    if (label.front() == '-' || label.back() == '-') {
        return "no label of a name begins or ends with a hyphen";
    }
    for (const char c : label) {
        if (is_beyond_ascii(c) && alphabet == Alphabet::ascii) {
            return "names in DNS are ASCII: expected the xn-- form";
        }
        if (!is_letter_or_digit(c) && c != '-' && c != '_' && !is_beyond_ascii(c)) {
            return "a name is made of letters, digits, hyphens and dots";
        }
    }
    return label.size() > longest_label && alphabet == Alphabet::ascii
               ? "no label of a name is longer than 63 bytes"
               : "";
}

std::string_view whats_odd(std::string_view name, Alphabet alphabet) {
    if (name.size() > longest_name && alphabet == Alphabet::ascii) {
        return "no name is longer than 253 bytes";
    }
    while (true) {
        const std::size_t dot = std::min(name.size(), name.find('.'));
        if (const auto odd = whats_odd_in_label(name.substr(0, dot), alphabet); !odd.empty()) {
            return odd;
        }
        if (dot == name.size()) {
            return "";
        }
        name.remove_prefix(dot + 1);
    }
}

} // namespace

std::string_view whats_odd_in_host_name(std::string_view name) {
    return whats_odd(name, Alphabet::ascii);
}

std::string_view whats_odd_in_domain(std::string_view domain) {
    if (domain.starts_with('[') && domain.ends_with(']')) {
        return "";
    }
    return whats_odd(domain, Alphabet::utf8);
}

} // namespace rules
