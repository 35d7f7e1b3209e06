#include "policy/framing.hpp"

#include "policy/request.hpp"

#include <gtest/gtest.h>

namespace policy {
namespace {

constexpr std::string_view first = "a=1\r\nb=\r2\n\r\n";
constexpr std::string_view second = "c=3\n\n";

TEST(Framing, ARequestEndsAtItsEmptyLineHoweverTheBytesCome) {
    const std::string stream = std::string{first} + std::string{second};
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Collector request;
        std::size_t taken = request.take(std::string_view{stream}.substr(0, cut));
        taken += request.take(std::string_view{stream}.substr(taken));
        EXPECT_TRUE(request.is_complete()) << cut;
        EXPECT_EQ(request.block(), first) << cut;
        EXPECT_EQ(taken, first.size()) << cut;
    }
}

TEST(Framing, OnlyAnEmptyLineEnds) {
    for (const std::string_view text :
         {"", "a=1", "a=1\n", "a=1\n \n", "a=1\n\r\r\n", "\r", "a\n\rb\n", "a\r\n\r"}) {
        Collector request;
        EXPECT_EQ(request.take(text), text.size());
        EXPECT_FALSE(request.is_complete()) << testing::PrintToString(text);
        EXPECT_EQ(request.is_empty(), text.empty());
        EXPECT_EQ(request.block(), text);
    }
}

TEST(Framing, OfATooLargeRequestTheEndIsFoundAndLittleKept) {
    Collector request;
    const std::string chunk(4096, 'x');
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(request.take(chunk), chunk.size());
    }
    EXPECT_EQ(request.take("\n\nnext"), 2U);
    EXPECT_TRUE(request.is_complete());
    EXPECT_EQ(request.block().size(), largest_request + 1);
}

} // namespace
} // namespace policy
