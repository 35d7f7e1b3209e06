#include "rules/host_name.hpp"

#include <algorithm>
#include <cstddef>

namespace rules {

namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

enum class Alphabet { ascii, utf8 };

bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

std::string_view whats_odd_in_characters(std::string_view name, Alphabet alphabet) {
    for (const char c : name) {
        if (Characters{{&c, 1}}.are_only(Characters::of_names)) {
            continue;
        }
        if (!is_beyond_ascii(c)) {
            return "a name is made of letters, digits, hyphens and dots";
        }
        if (alphabet == Alphabet::ascii) {
            return "names in DNS are ASCII: expected the xn-- form";
        }
    }
    return "";
}

std::string_view whats_odd_in_label(std::string_view label, Alphabet alphabet) {
    if (label.empty()) {
        return "a name has no empty label";
    }
    if (label.front() == '-' || label.back() == '-') {
        return "no label of a name begins or ends with a hyphen";
    }
    return label.size() > longest_label && alphabet == Alphabet::ascii
               ? "no label of a name is longer than 63 bytes"
               : "";
}

// No top-level domain is a number (RFC 3696, 2).
std::string_view whats_odd_in_last_label(std::string_view label) {
    const bool has_letter = std::any_of(label.begin(), label.end(), [](char c) {
        return Characters{{&c, 1}}.have(Characters::letter) || is_beyond_ascii(c);
    });
    return has_letter ? "" : "no name ends in a number";
}

std::string_view whats_odd(std::string_view name, const Characters& characters, Alphabet alphabet) {
    if (name.size() > longest_name && alphabet == Alphabet::ascii) {
        return "no name is longer than 253 bytes";
    }
    const bool has_at = characters.have(Characters::at) && name.find('@') != std::string_view::npos;
    if (has_at || !characters.are_only(Characters::of_mailboxes)) {
        if (const auto odd = whats_odd_in_characters(name, alphabet); !odd.empty()) {
            return odd;
        }
    }
    while (true) {
        const std::size_t dot = std::min(name.size(), name.find('.'));
        if (const auto odd = whats_odd_in_label(name.substr(0, dot), alphabet); !odd.empty()) {
            return odd;
        }
        if (dot == name.size()) {
            return whats_odd_in_last_label(name);
        }
        name.remove_prefix(dot + 1);
    }
}

} // namespace

std::string_view whats_odd_in_host_name(std::string_view name, const Characters& characters) {
    return whats_odd(name, characters, Alphabet::ascii);
}

std::string_view whats_odd_in_domain(std::string_view domain, const Characters& characters) {
    if (domain.starts_with('[') && domain.ends_with(']')) {
        return "";
    }
    return whats_odd(domain, characters, Alphabet::utf8);
}

std::string_view whats_odd_in_local_part(std::string_view local, const Characters& characters) {
    if (!characters.have(Characters::other) && !characters.have(Characters::colon)) {
        return "";
    }
    const bool has_other_things = local.find_first_of("\"<>,;") != std::string_view::npos;
    return has_other_things || local.starts_with("mailto:")
               ? "a mailbox stands alone, without quotes, brackets or commas"
               : "";
}

} // namespace rules
