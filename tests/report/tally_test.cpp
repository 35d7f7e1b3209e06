#include "report/figures.hpp"

#include <gtest/gtest.h>

#include <random>

namespace report {
namespace {

const auto by_count = [](const Times& times) { return times.count; };

TEST(Tally, CountsByName) {
    Tally<Times> tally{10};
    tally.at(1, "a").count += 2;
    tally.at(2, "b").count += 3;
    tally.at(1, "a").count += 2;
    tally.at(3, "c");
    const auto rows = tally.top(10, by_count);
    ASSERT_EQ(rows.size(), 2);
    EXPECT_EQ(rows[0].name, "a");
    EXPECT_EQ(rows[0].counts.count, 4);
    EXPECT_EQ(tally.missed(), 0);
    EXPECT_EQ(tally.top(1, by_count).size(), 1);
}

TEST(Tally, OfMoreNamesThanItHoldsTellsHowMuchItMayLack) {
    std::mt19937 random{1};
    for (const std::size_t most : {2U, 10U, 100U}) {
        Tally<Times> tally{most};
        std::map<Hash, std::uint64_t> model;
        for (int i = 0; i < 20000; ++i) {
            // Some names are frequent, most come once.
            const Hash hash = random() % 3 == 0 ? random() % 7 : 100 + random() % 100000;
            ++model[hash];
            ++tally.at(hash, std::to_string(hash)).count;
        }
        EXPECT_LE(tally.size(), most);
        std::uint64_t told = tally.others().count;
        for (const auto& [hash, count] : model) {
            const auto* row = tally.find(hash);
            const std::uint64_t shown = row == nullptr ? 0 : row->counts.count;
            EXPECT_LE(shown, count);
            EXPECT_GE(shown + tally.missed(), count);
            told += shown;
        }
        EXPECT_EQ(told, 20000);
    }
}

TEST(Tally, CountsAsOthersWhoseNameIsGone) {
    Tally<Times> tally{2};
    tally.at(1, "a").count = 1;
    tally.at(2, "b").count = 2;
    tally.at(3, "c").count = 3;
    tally.of_seen(1).count += 5;
    EXPECT_EQ(tally.others().count, 6);
    EXPECT_EQ(tally.missed(), 1);
}

TEST(Spread, HasExactPercentiles) {
    Spread spread{1000};
    EXPECT_EQ(spread.percentile(50), std::nullopt);
    for (std::uint64_t number = 1; number <= 100; ++number) {
        spread.add(number);
    }
    EXPECT_EQ(spread.percentile(50), 50);
    EXPECT_EQ(spread.percentile(90), 90);
    EXPECT_EQ(spread.percentile(99), 99);
    EXPECT_EQ(spread.percentile(100), 100);
    EXPECT_EQ(spread.sum(), 5050);
    EXPECT_EQ(spread.between(10, 20), 10);
    spread.add(5000, 900);
    EXPECT_EQ(spread.percentile(50), 5000);
    EXPECT_EQ(spread.between(100, 1001), 901);
    EXPECT_EQ(spread.largest(), 5000);
}

} // namespace
} // namespace report
