// A number in hexadecimal digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sys {

constexpr std::string_view lower_hex = "0123456789abcdef";
constexpr std::string_view upper_hex = "0123456789ABCDEF";

// The lowest `count` digits of `value`, the highest of them first: a byte has two.
template <std::size_t count>
constexpr std::array<char, count> hexadecimal(std::uint32_t value, std::string_view digits = lower_hex) {
    std::array<char, count> text{};
    for (std::size_t at = count; at-- > 0; value >>= 4U) {
        text[at] = digits[value & 15U];
    }
    return text;
}

} // namespace sys
