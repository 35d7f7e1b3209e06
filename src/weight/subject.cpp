#include "weight/subject.hpp"

#include <array>
#include <cstdio>

namespace weight {

namespace {

bool share_network(const sys::Address& one, const sys::Address& other, unsigned prefix4, unsigned prefix6) {
    if (one.bits() != other.bits()) {
        return false;
    }
    const unsigned prefix = one.bits() == 32 ? prefix4 : prefix6;
    return one.network(prefix) == other.network(prefix);
}

} // namespace

std::string without_extension(std::string_view sender) {
    const std::size_t extension = sender.find_first_of("+-");
    const std::size_t at = sender.rfind('@');
    if (at == std::string_view::npos || extension > at) {
        return std::string(sender);
    }
    return std::string(sender.substr(0, extension)).append(sender.substr(at));
}

std::string_view domain_of(std::string_view sender) {
    const std::size_t at = sender.rfind('@');
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view domain = sender.substr(at + 1);
    return domain.substr(0, domain.find_last_not_of('.') + 1);
}

std::string_view helo_name(const Subject& subject) {
    const std::string_view helo = subject.helo;
    return helo.substr(0, helo.find_last_not_of('.') + 1);
}

std::string full_text(const sys::Address& address) {
    if (address.bits() == 32) {
        return address.text();
    }
    std::string text;
    std::array<char, 6> group{};
    for (std::size_t i = 0; i < address.bytes().size(); i += 2) {
        static_cast<void>(std::snprintf(group.data(), group.size(), ":%02x%02x", address.bytes()[i],
                                        address.bytes()[i + 1]));
        text += group.data() + (i == 0 ? 1 : 0);
    }
    return text;
}

bool is_private(const sys::Address& address) {
    const auto& bytes = address.bytes();
    return address.bits() == 32 &&
           (bytes[0] == 127 || bytes[0] == 10 || (bytes[0] == 192 && bytes[1] == 168) ||
            (bytes[0] == 172 && (bytes[1] & 0xf0U) == 16));
}

bool share_near_network(const sys::Address& one, const sys::Address& other) {
    return share_network(one, other, 24, 64);
}

bool share_far_network(const sys::Address& one, const sys::Address& other) {
    return share_network(one, other, 16, 48);
}

bool is_literal_of(std::string_view text, const sys::Address& address) {
    if (!text.starts_with('[') || !text.ends_with(']')) {
        return false;
    }
    text = text.substr(1, text.size() - 2);
    constexpr std::string_view tag = "ipv6:";
    if (address.bits() == 128) {
        if (!text.starts_with(tag)) {
            return false;
        }
        text.remove_prefix(tag.size());
    }
    return sys::Address::parse(text) == address;
}

} // namespace weight
