#include "system/text.hpp"

#include <algorithm>
#include <cstdint>

namespace sys {

namespace {

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// What a lead byte promises (RFC 3629): bytes in the sequence, its own bits of the code point, and the
// smallest code point that may be written with so many bytes.
struct Lead {
    std::size_t length;
    std::uint32_t bits;
    std::uint32_t least;
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) {
        return {1, byte, 0};
    }
    if (byte >= 0xC2 && byte < 0xE0) {
        return {2, byte & 0x1FU, 0x80};
    }
    if (byte >= 0xE0 && byte < 0xF0) {
        return {3, byte & 0x0FU, 0x800};
    }
    if (byte >= 0xF0 && byte < 0xF5) {
        return {4, byte & 0x07U, 0x10000};
    }
    return {0, 0, 0};
}

bool may_leave(std::uint32_t point) {
    const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    const bool is_surrogate = point >= 0xD800 && point < 0xE000;
    const bool ends_a_line = point == 0x2028 || point == 0x2029;
    return !is_control && !is_surrogate && !ends_a_line && point < 0x110000;
}

} // namespace

Character character_at(std::string_view text, std::size_t at) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    std::uint32_t point = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
        if (!continues(text, at + i)) {
            return {1, false};
        }
        point = point << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    }
    if (lead.length == 0 || point < lead.least) {
        return {1, false};
    }
    return {lead.length, may_leave(point)};
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string cleaned(std::string_view text, std::size_t limit) {
    if (text.size() <= limit && is_plain(text)) {
        return std::string{text};
    }
    std::string result;
    result.reserve(std::min(text.size(), limit));
    for (std::size_t at = 0; at < text.size();) {
        const Character next = character_at(text, at);
        const std::string_view piece = next.clean ? text.substr(at, next.length) : std::string_view{"?"};
        if (result.size() + piece.size() > limit) {
            break;
        }
        result.append(piece);
        at += next.length;
    }
    return result;
}

void make_lower_case(std::string& text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
}

std::string lower_case(std::string_view text) {
    std::string result{text};
    make_lower_case(result);
    return result;
}

} // namespace sys
