#include "system/hexadecimal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sys {
namespace {

template <std::size_t count>
std::string text(std::uint32_t value, std::string_view digits = lower_hex) {
    const auto all = hexadecimal<count>(value, digits);
    return {all.data(), all.size()};
}

TEST(Hexadecimal, TheHighestDigitIsFirst) {
    EXPECT_EQ(text<2>(0x1b), "1b");
    EXPECT_EQ(text<2>(0xF0, upper_hex), "F0");
    EXPECT_EQ(text<8>(0x00C0FFEE), "00c0ffee");
    EXPECT_EQ(text<2>(0x1234), "34");
}

} // namespace
} // namespace sys
