#include "store/file/place.hpp"

#include "store/file/bulk.hpp"
#include "store/temporary_state.hpp"
#include "thorough.hpp"

#include <array>

namespace store {
namespace {

TEST(Place, ItsTextNamesItsRootAndTurns) {
    const Place place = Place{.root = 17}.child(0).child(1).child(1);
    EXPECT_EQ(place.text(), "17/011");
    EXPECT_EQ(Place::parse("17/011"), place);
    EXPECT_TRUE((Place{.root = 17}.child(0).leads_to(place)));
    EXPECT_FALSE((Place{.root = 17}.child(1).leads_to(place)));
    EXPECT_FALSE((Place{.root = 16}.leads_to(place)));
    EXPECT_EQ((Place{.root = 17}.child(0).side_of(place)), 1);
}

TEST(Place, NearMissesAreNone) {
    for (const char* text :
         {"", "17", "/", "256/", "-1/0", "17/2", "17/01 ", "17/0101010101010101010101010"}) {
        EXPECT_FALSE(Place::parse(text)) << text;
    }
}

TEST(Place, EachPlaceOnTheWayLeadsToItsEnd) {
    const Place way = way_of('T', "192.0.2.0 alice@example.net bob@example.org", Seed{});
    EXPECT_EQ(way.at_depth(0), Place{.root = way.root});
    EXPECT_EQ(way.at_depth(deepest), way);
    for (unsigned depth = 0; depth < deepest; ++depth) {
        const Place place = way.at_depth(depth);
        EXPECT_EQ(place.depth, depth);
        EXPECT_TRUE(place.leads_to(way));
        EXPECT_EQ(place.child(place.side_of(way)), way.at_depth(depth + 1));
    }
}

TEST(Place, AnotherSeedMakesAnotherWay) {
    Seed one{};
    Seed other{};
    other[15] = 1;
    EXPECT_EQ(way_of(client_key("192.0.2.1"), one), way_of(client_key("192.0.2.1"), one));
    EXPECT_NE(way_of(client_key("192.0.2.1"), one), way_of(client_key("192.0.2.1"), other));
    EXPECT_NE(way_of(client_key("192.0.2.1"), one), way_of(instance_key("192.0.2.1"), one));
}

TEST(Place, TheLastRootHasTwiceTheShareOfTheFirst) {
    std::array<unsigned, roots> counts{};
    for (unsigned i = 0; i < 400'000; ++i) {
        ++counts.at(way_of(client_key(std::to_string(i)), {}).root);
    }
    unsigned first = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < 16; ++i) {
        first += counts.at(i);
        last += counts.at(roots - 1 - i);
    }
    EXPECT_NEAR(static_cast<double>(last) / first, 1.94, 0.1);
}

using Size = TemporaryState;

TEST_F(Size, TheFileStaysUnderSixteenTenthsOfItsText) {
    unsigned stored = 0;
    std::size_t text = 0;
    constexpr std::array sizes{100'000U, 115'000U, 132'000U, 152'000U, 175'000U, 201'000U};
    for (std::size_t size = 0; size < sizes.size(); size += tests::every) {
        const unsigned many = sizes.at(size);
        std::vector<Record> records;
        for (; stored < many; ++stored) {
            records.push_back({triplet_key("192.0." + std::to_string(stored % 256) + ".0",
                                           "sender" + std::to_string(stored) + "@example.net",
                                           "user" + std::to_string(stored % 997) + "@example.org"),
                               at(1), at(2), 0});
            text += line_of(records.back()).size() + 1;
        }
        store_all(
            path(), gigabyte, std::move(records), [](const Record& seen, const Record&) { return seen; },
            [](unsigned) {});
        EXPECT_LT(static_cast<double>(std::filesystem::file_size(path())), 1.6 * static_cast<double>(text))
            << many;
    }
    EXPECT_EQ(lines().size(), stored);
    EXPECT_TRUE(findings().empty());
}

} // namespace
} // namespace store
