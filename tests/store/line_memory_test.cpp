// Where lines were seen last: of a key that was told, or nothing.
#include "store/file/line_memory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace store {
namespace {

Place way(unsigned number) {
    return way_of('T', "192.0.2.0 alice" + std::to_string(number) + "@example.net bob@example.org", Seed{});
}

LineMemory::Seen spot(unsigned number) {
    return {.page = 1 + number, .at = static_cast<std::uint16_t>(160 + number % 3000), .depth = 3};
}

bool is_spot(const std::optional<LineMemory::Seen>& seen, unsigned number) {
    return seen && seen->page == spot(number).page && seen->at == spot(number).at && seen->depth == 3;
}

TEST(LineMemory, TellsWhatItWasToldLastOfAKeyAndNothingOfAnother) {
    LineMemory memory;
    EXPECT_FALSE(memory.find(way(1)));
    memory.learn(way(1), spot(1));
    EXPECT_TRUE(is_spot(memory.find(way(1)), 1));
    EXPECT_FALSE(memory.find(way(2)));
    memory.learn(way(1), spot(5));
    EXPECT_TRUE(is_spot(memory.find(way(1)), 5));
}

TEST(LineMemory, OfAsManyKeysAsItHasPlacesItKeepsMostOfTheLastThird) {
    constexpr unsigned places = 8192;
    LineMemory memory;
    for (unsigned i = 0; i < places; ++i) {
        memory.learn(way(i), spot(i));
    }
    unsigned kept = 0;
    for (unsigned i = places - places / 3; i < places; ++i) {
        const auto seen = memory.find(way(i));
        EXPECT_TRUE(!seen || is_spot(seen, i));
        kept += seen ? 1 : 0;
    }
    EXPECT_GT(kept, places / 3 * 3 / 4);
}

} // namespace
} // namespace store
