#include "weight/names.hpp"

#include "system/hexadecimal.hpp"
#include "weight/suffix.hpp"

#include <algorithm>

namespace weight {

namespace {

constexpr std::size_t longest_name = 253; // RFC 1035, 2.3.4, as text
constexpr std::size_t longest_label = 63;
constexpr std::size_t most_names = 10; // a HELO of a hundred labels is no reason for three hundred questions

bool are_letters(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::vector<std::string_view> labels_of(std::string_view name) {
    std::vector<std::string_view> labels;
    for (std::size_t start = 0;;) {
        const std::size_t dot = name.find('.', start);
        labels.push_back(name.substr(start, dot - start));
        if (dot == std::string_view::npos) {
            return labels;
        }
        start = dot + 1;
    }
}

// Takes the last label and its dot off `name`; empty if it has no dot.
std::string_view take_last_label(std::string_view& name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) {
        return {};
    }
    const std::string_view label = name.substr(dot + 1);
    name = name.substr(0, dot);
    return label;
}

// policyd-weight's idea of a public part, by lengths.
std::string_view without_ending_by_length(std::string_view name) {
    std::string_view one_less = name;
    const std::string_view last = take_last_label(one_less);
    if (!are_letters(last) || last.size() < 2 || last.size() > 5) {
        return name;
    }
    std::string_view two_less = one_less;
    const std::string_view second = take_last_label(two_less);
    const bool is_second_level = last.size() == 2 && ((second.size() == 2 && are_letters(second)) ||
                                                      second == "com" || second == "org" || second == "net");
    return is_second_level ? two_less : one_less;
}

std::string_view last_label(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

std::string_view without(std::string_view name, std::string_view suffix) {
    return name.size() == suffix.size() ? std::string_view{}
                                        : name.substr(0, name.size() - suffix.size() - 1);
}

// What stands in front of the public suffix, where that is unknown in front of the last label; empty where
// nothing does.
std::string_view owned_part(std::string_view name) {
    const std::string_view suffix = public_suffix(name);
    return without(name, suffix.empty() ? last_label(name) : suffix);
}

} // namespace

bool can_be_asked(std::string_view name) {
    return name.size() <= longest_name && std::ranges::all_of(labels_of(name), [](auto label) {
               return !label.empty() && label.size() <= longest_label;
           });
}

std::vector<std::string> name_and_parents(std::string_view name) {
    std::vector<std::string> names;
    for (std::string_view rest = name; rest.find('.') != std::string_view::npos && names.size() < most_names;
         rest.remove_prefix(rest.find('.') + 1)) {
        if (can_be_asked(rest) && rest.find_first_of("[]") == std::string_view::npos) {
            names.emplace_back(rest);
        }
    }
    return names;
}

bool is_public_parent(std::string_view parent, std::string_view name) {
    return parent.size() < name.size() && public_suffix(parent) == parent;
}

std::string asked_name(std::string_view name) {
    if (name.find_first_not_of("0123456789.") != std::string_view::npos || !can_be_asked(name)) {
        return std::string(name);
    }
    std::vector<std::string_view> numbers = labels_of(name);
    numbers.resize(std::min<std::size_t>(numbers.size(), 4));
    std::ranges::reverse(numbers);
    std::string reversed;
    for (const std::string_view number : numbers) {
        reversed.append(number).append(".");
    }
    return reversed + "in-addr.arpa";
}

std::string listed_name(const sys::Address& client, std::string_view zone) {
    std::string name;
    for (std::size_t i = client.bits() / 8; i-- > 0;) {
        const unsigned byte = client.bytes()[i];
        if (client.bits() == 32) {
            name.append(std::to_string(byte)).append(".");
            continue;
        }
        const auto digits = sys::hexadecimal<2>(byte);
        name.append({digits[1], '.', digits[0], '.'});
    }
    return name.append(zone);
}

std::string reverse_name(const sys::Address& client) {
    return listed_name(client, client.bits() == 32 ? "in-addr.arpa" : "ip6.arpa");
}

std::string listed_domain_name(std::string_view sender, std::string_view zone) {
    const std::size_t at = sender.find('@');
    if (at == std::string_view::npos) {
        return {};
    }
    std::string_view domain = sender.substr(at + 1);
    domain = domain.substr(0, domain.find_last_not_of('.') + 1);
    while (domain.size() + 1 + zone.size() > longest_name && domain.find('.') != std::string_view::npos) {
        domain.remove_prefix(domain.find('.') + 1);
    }
    const std::string name = std::string(domain).append(".").append(zone);
    return can_be_asked(name) ? name : std::string{};
}

std::string_view private_part(std::string_view name) {
    const std::string_view suffix = public_suffix(name);
    if (suffix.empty()) {
        return without_ending_by_length(name);
    }
    return suffix == name ? name : without(name, suffix);
}

std::string_view owner_label(std::string_view name) {
    const std::string_view rest = private_part(name);
    return rest.size() == name.size() ? name : last_label(rest);
}

bool shares_owner_label(std::string_view one, std::string_view other) {
    const std::string_view owner =
        one.find('.') == std::string_view::npos ? one : last_label(owned_part(one));
    const std::string_view others = owned_part(other);
    if (owner.empty() || others.empty()) {
        return false;
    }
    const std::vector<std::string_view> labels = labels_of(others);
    return std::ranges::find(labels, owner) != labels.end();
}

} // namespace weight
