#include "system/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

namespace sys {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// inet_pton wants a terminated string; no address is longer than this.
using Terminated = std::array<char, INET6_ADDRSTRLEN>;

std::optional<Terminated> terminated(std::string_view text) {
    Terminated buffer{};
    if (text.empty() || text.size() >= buffer.size() || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::copy(text.begin(), text.end(), buffer.begin());
    return buffer;
}

// inet_ntop prints by way of sprintf: 14,000 instructions and two page faults that most requests can do
// without. What follows spells as it does.

// `bytes`: four.
std::string dotted_quad(const std::uint8_t* bytes) {
    std::array<char, INET_ADDRSTRLEN> text{};
    char* end = text.data();
    for (std::size_t i = 0; i < 4; ++i) {
        end = std::to_chars(end, text.data() + text.size(), bytes[i]).ptr;
        *end++ = '.';
    }
    return {text.data(), end - 1};
}

constexpr std::size_t group_count = 8;
using Groups = std::array<unsigned, group_count>;

Groups groups_of(const std::array<std::uint8_t, 16>& bytes) {
    Groups groups{};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
    }
    return groups;
}

// `::` stands for the longest run of zeros, the first of them, but never for a single one.
struct Gap {
    std::size_t start = group_count;
    std::size_t size = 1;
    [[nodiscard]] std::size_t end() const { return start + size; }
};

Gap gap_in(const Groups& groups) {
    Gap longest;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        Gap gap{i, 0};
        while (gap.end() < groups.size() && groups[gap.end()] == 0) {
            ++gap.size;
        }
        if (gap.size > longest.size) {
            longest = gap;
        }
    }
    return longest;
}

std::string text_of(const std::array<std::uint8_t, 16>& bytes) {
    const Groups groups = groups_of(bytes);
    const Gap gap = gap_in(groups);
    if (gap.start == 0 && gap.size == 6) {
        return "::" + dotted_quad(&bytes[12]); // RFC 4291, 2.5.5.1
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    char* end = text.data();
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i == gap.start) {
            *end++ = ':';
            *end++ = ':';
            i = gap.end();
        } else if (i > 0) {
            *end++ = ':';
        }
        if (i < groups.size()) {
            end = std::to_chars(end, text.data() + text.size(), groups[i], 16).ptr;
        }
    }
    return {text.data(), end};
}

} // namespace

std::optional<Address> Address::parse(std::string_view text) {
    const bool has_colon = text.find(':') != std::string_view::npos;
    if (has_colon) {
        text = text.substr(0, text.find('%'));
    }
    const auto buffer = terminated(text);
    if (!buffer) {
        return std::nullopt;
    }
    Address address;
    if (!has_colon) {
        if (inet_pton(AF_INET, buffer->data(), address.bytes_.data()) != 1) {
            return std::nullopt;
        }
        return address;
    }
    if (inet_pton(AF_INET6, buffer->data(), address.bytes_.data()) != 1) {
        return std::nullopt;
    }
    address.bits_ = 128;
    if (std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin())) {
        Address mapped;
        std::copy_n(address.bytes_.begin() + mapped_prefix.size(), 4, mapped.bytes_.begin());
        return mapped;
    }
    return address;
}

Address Address::network(unsigned prefix) const {
    assert(prefix <= bits_);
    Address result = *this;
    auto* beyond = result.bytes_.begin() + prefix / 8;
    if (prefix % 8 != 0) {
        *beyond = static_cast<std::uint8_t>(*beyond & (0xff00U >> prefix % 8));
        ++beyond;
    }
    std::fill(beyond, result.bytes_.end(), std::uint8_t{0});
    return result;
}

std::string Address::text() const {
    return bits_ == 32 ? dotted_quad(bytes_.data()) : text_of(bytes_);
}

std::string Address::expanded() const {
    if (bits_ == 32) {
        return text();
    }
    std::string result;
    for (std::size_t i = 0; i < bytes_.size(); i += 2) {
        std::array<char, 4> group{};
        const int value = bytes_[i] * 256 + bytes_[i + 1];
        const auto end = std::to_chars(group.data(), group.data() + group.size(), value, 16);
        if (i > 0) {
            result += ':';
        }
        result.append(group.data(), end.ptr);
    }
    return result;
}

} // namespace sys
