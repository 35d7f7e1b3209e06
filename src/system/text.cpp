#include "system/text.hpp"

#include <algorithm>
#include <array>
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

bool may_be_in_a_line(std::uint32_t point) {
    const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    const bool is_surrogate = point >= 0xD800 && point < 0xE000;
    const bool ends_a_line = point == 0x2028 || point == 0x2029;
    return !is_control && !is_surrogate && !ends_a_line && point < 0x110000;
}

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Unicode 15: the classes Cf (format), Zs (blanks, but the ASCII one), Zl and Zp, what has the property
// Default_Ignorable_Code_Point (it is drawn as nothing), and a blank of Braille. In order.
constexpr auto unseen = std::to_array<Range>({
    {0x00A0, 0x00A0},   // no-break space
    {0x00AD, 0x00AD},   // soft hyphen
    {0x034F, 0x034F},   // grapheme joiner
    {0x0600, 0x0605},   // signs that span the numbers behind them
    {0x061C, 0x061C},   // direction
    {0x06DD, 0x06DD},   //
    {0x070F, 0x070F},   //
    {0x0890, 0x0891},   //
    {0x08E2, 0x08E2},   //
    {0x115F, 0x1160},   // Hangul fillers
    {0x1680, 0x1680},   // a blank
    {0x17B4, 0x17B5},   // Khmer vowels that are not drawn
    {0x180B, 0x180F},   // Mongolian variation selectors
    {0x2000, 0x200F},   // blanks, zero width, direction
    {0x2028, 0x202F},   // ends of lines, direction, a blank
    {0x205F, 0x206F},   // a blank, joiners, direction
    {0x2800, 0x2800},   // Braille without a dot
    {0x3000, 0x3000},   // a wide blank
    {0x3164, 0x3164},   // Hangul filler
    {0xFE00, 0xFE0F},   // variation selectors
    {0xFEFF, 0xFEFF},   // byte order mark
    {0xFFA0, 0xFFA0},   // Hangul filler
    {0xFFF0, 0xFFFB},   // annotations, and what is kept free for their like
    {0x110BD, 0x110BD}, // Kaithi number signs
    {0x110CD, 0x110CD}, //
    {0x13430, 0x1343F}, // how hieroglyphs are joined
    {0x1BCA0, 0x1BCA3}, // shorthand
    {0x1D173, 0x1D17A}, // music
    {0xE0000, 0xE0FFF}, // tags, variation selectors
});

bool can_be_seen(std::uint32_t point) {
    const auto* after =
        std::upper_bound(unseen.begin(), unseen.end(), point,
                         [](std::uint32_t wanted, const Range& range) { return wanted < range.first; });
    return after == unseen.begin() || point > std::prev(after)->last;
}

// Every character that does not stay becomes `?`.
template <typename Stays>
std::string replaced(std::string_view text, std::size_t limit, Stays stays) {
    if (text.size() <= limit && is_plain(text)) {
        return std::string{text};
    }
    std::string result;
    result.reserve(std::min(text.size(), limit));
    for (std::size_t at = 0; at < text.size();) {
        const Character next = character_at(text, at);
        const std::string_view piece = stays(next) ? text.substr(at, next.length) : std::string_view{"?"};
        if (result.size() + piece.size() > limit) {
            break;
        }
        result.append(piece);
        at += next.length;
    }
    return result;
}

// What separates or encloses fields in any line of ours, and what quotes.
constexpr std::string_view separators = " ,;<>\"\\";

// The names of the fields. An address may have an equals sign, and many senders' have; it would begin a field
// only behind one of these.
constexpr auto field_names =
    std::to_array<std::string_view>({"action", "reason", "delay", "client_name", "client_address", "sender",
                                     "recipient", "rule", "client", "helo", "from", "to"});

bool ends_like_a_field(std::string_view text) {
    const std::string folded = lower_case(text);
    return std::any_of(field_names.begin(), field_names.end(),
                       [&](std::string_view name) { return folded.ends_with(name); });
}

bool could_be_a_field(std::string_view value, std::size_t at) {
    const char c = value[at];
    return separators.find(c) != std::string_view::npos ||
           (c == '=' && ends_like_a_field(value.substr(0, at)));
}

std::string escape_of(char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    return {'%', digits[byte / 16], digits[byte % 16]};
}

// One character, or one escape, of a value in the log.
std::string log_piece(std::string_view value, std::size_t at, const Character& next) {
    if (!next.clean) {
        return "?";
    }
    return could_be_a_field(value, at) ? escape_of(value[at]) : std::string{value.substr(at, next.length)};
}

bool is_shown_as_it_is(std::string_view value) {
    return is_plain(value) && value.find_first_of(" =,;<>\"\\") == std::string_view::npos;
}

} // namespace

Character character_at(std::string_view text, std::size_t at) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
    std::uint32_t point = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
        if (!continues(text, at + i)) {
            return {1, false, false};
        }
        point = point << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    }
    if (lead.length == 0 || point < lead.least) {
        return {1, false, false};
    }
    const bool keeps_line = may_be_in_a_line(point);
    return {lead.length, keeps_line && can_be_seen(point), keeps_line};
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string one_line(std::string_view text, std::size_t limit) {
    return replaced(text, limit, [](const Character& next) { return next.keeps_line; });
}

std::string cleaned(std::string_view text, std::size_t limit) {
    return replaced(text, limit, [](const Character& next) { return next.clean; });
}

std::string log_value(std::string_view value, std::size_t limit) {
    if (value.size() <= limit && is_shown_as_it_is(value)) {
        return std::string{value};
    }
    constexpr std::string_view cut_here = "...";
    std::string result;
    std::size_t before_cut = 0;
    for (std::size_t at = 0; at < value.size();) {
        const Character next = character_at(value, at);
        result.append(log_piece(value, at, next));
        if (result.size() > limit) {
            return result.erase(before_cut).append(cut_here);
        }
        if (result.size() + cut_here.size() <= limit) {
            before_cut = result.size();
        }
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
