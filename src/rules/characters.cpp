#include "rules/characters.hpp"

#include <array>
#include <cstddef>

namespace rules {

namespace {

constexpr bool is_between(char c, char first, char last) {
    return c >= first && c <= last;
}

constexpr Characters::Kinds kind_of(char c) {
    if (is_between(c, 'a', 'z')) {
        return c <= 'f' ? Characters::lower_hex : Characters::lower;
    }
    if (is_between(c, 'A', 'Z')) {
        return c <= 'F' ? Characters::upper_hex : Characters::upper;
    }
    if (is_between(c, '0', '9')) {
        return Characters::digit;
    }
    if (c == '.') {
        return Characters::dot;
    }
    if (c == '-' || c == '_') {
        return Characters::mark;
    }
    if (c == ':') {
        return Characters::colon;
    }
    if (c == '@') {
        return Characters::at;
    }
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ? Characters::blank_or_control
                                                              : Characters::other;
}

constexpr std::array<Characters::Kinds, 256> kinds = [] {
    std::array<Characters::Kinds, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = kind_of(static_cast<char>(i));
    }
    return table;
}();

} // namespace

Characters::Characters(std::string_view text) {
    unsigned found = none;
    for (const char c : text) {
        found |= kinds[static_cast<unsigned char>(c)];
    }
    kinds_ = found;
}

} // namespace rules
