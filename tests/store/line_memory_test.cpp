// Where lines were seen last: of a key that was told, or nothing.
#include "store/file/line_memory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace store {
namespace {

Place way(unsigned number) {
    return way_of('T', "192.0.2.0 alice" + std::to_string(number) + "@example.net bob@example.org", Seed{});
}

PageNumber page_of(unsigned number) {
    return 1 + number;
}

std::size_t at_of(unsigned number) {
    return 160 + number % 3000;
}

void learn(LineMemory& memory, const Place& way, unsigned spot) {
    memory.learn(way, page_of(spot), at_of(spot), 3);
}

bool is_spot(const LineMemory::Seen* seen, unsigned number) {
    return seen != nullptr && seen->page == page_of(number) && seen->at == at_of(number) && seen->depth == 3;
}

TEST(LineMemory, TellsWhatItWasToldLastOfAKeyAndNothingOfAnother) {
    LineMemory memory;
    EXPECT_EQ(memory.find(way(1)), nullptr);
    learn(memory, way(1), 1);
    EXPECT_TRUE(is_spot(memory.find(way(1)), 1));
    EXPECT_EQ(memory.find(way(2)), nullptr);
    learn(memory, way(1), 5);
    EXPECT_TRUE(is_spot(memory.find(way(1)), 5));
}

TEST(LineMemory, KeepsALineForOneVersionOfItsPage) {
    constexpr LineMemory::Version version{.term = 3, .times_written = 7};
    LineMemory memory;
    learn(memory, way(1), 1);
    LineMemory::Seen* const seen = memory.find(way(1));
    EXPECT_EQ(seen->kept(version), "");
    seen->keep("a line", version);
    EXPECT_EQ(seen->kept(version), "a line");
    EXPECT_EQ(seen->kept({.term = 4, .times_written = 7}), "");
    EXPECT_EQ(seen->kept({.term = 3, .times_written = 8}), "");
    seen->keep("another", {.term = 4, .times_written = 7});
    EXPECT_EQ(seen->kept(version), "");
    learn(memory, way(1), 5);
    EXPECT_EQ(memory.find(way(1))->kept({.term = 4, .times_written = 7}), "") << "it was another page's";
}

TEST(LineMemory, KeepsNoLineInNoTermAndNoLongOne) {
    LineMemory memory;
    learn(memory, way(1), 1);
    LineMemory::Seen* const seen = memory.find(way(1));
    const LineMemory::Version in_no_term{.term = 0, .times_written = 7};
    seen->keep("a line", in_no_term);
    EXPECT_EQ(seen->kept(in_no_term), "");
    const LineMemory::Version version{.term = 1, .times_written = 7};
    const std::string longest(LineMemory::longest_kept, 'x');
    seen->keep(longest, version);
    EXPECT_EQ(seen->kept(version), longest);
    seen->keep(longest + 'x', version);
    EXPECT_EQ(seen->kept(version), "");
}

TEST(LineMemory, OfAsManyKeysAsItHasPlacesItKeepsMostOfTheLastThird) {
    constexpr unsigned places = 8192;
    LineMemory memory;
    for (unsigned i = 0; i < places; ++i) {
        learn(memory, way(i), i);
    }
    unsigned kept = 0;
    for (unsigned i = places - places / 3; i < places; ++i) {
        const auto* const seen = memory.find(way(i));
        EXPECT_TRUE(seen == nullptr || is_spot(seen, i));
        kept += seen != nullptr ? 1 : 0;
    }
    EXPECT_GT(kept, places / 3 * 3 / 4);
}

} // namespace
} // namespace store
