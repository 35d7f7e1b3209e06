#include "weight/memory.hpp"

#include <gtest/gtest.h>

namespace weight {
namespace {

using namespace std::chrono_literals;

constexpr Time start{1'700'000'000s};
constexpr MemoryRule rule;

TEST(Memory, WhoRetriesTooFastIsRefusedForEver) {
    Spam spam{start, 1};
    for (Time now = start; now < start + 1h; now += 30s) {
        const auto again = still_refused(spam, now, rule);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->retries, 1U);
        spam = *again;
    }
}

TEST(Memory, AfterAPauseOneRetryLessIsToBeMade) {
    const auto first = still_refused({start, 1}, start + 31s, rule);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->retries, 0U);
    EXPECT_TRUE(still_refused(*first, start + 60s, rule));
    EXPECT_FALSE(still_refused(*first, start + 62s, rule));
}

TEST(Memory, ThePenaltyIsNamed) {
    EXPECT_EQ(refused_again_text("550 no [cached]", 1, rule),
              "550 no [cached] - retrying too fast. penalty: 30 seconds x 1 retries.");
}

TEST(Memory, OnItsFirstDayAPassIsNotEnough) {
    EXPECT_FALSE(recall({start, start, 60}, start + 24h, rule).is_enough);
}

TEST(Memory, AfterItsFirstDayAWindowBeginsInWhichAPassIsEnough) {
    const HamRecall first = recall({start, start, 60}, start + 24h + 1s, rule);
    EXPECT_FALSE(first.is_enough);
    const HamRecall second = recall(first.ham, start + 27h, rule);
    EXPECT_TRUE(second.is_enough);
    EXPECT_EQ(second.ham.requests, 59U);
    EXPECT_FALSE(recall(second.ham, start + 27h + 1s, rule).is_enough);
}

TEST(Memory, SixtyRequestsEndTheWindow) {
    Ham ham{start, start + 24h, 60};
    for (int i = 0; i < 60; ++i) {
        const HamRecall next = recall(ham, start + 25h, rule);
        ASSERT_TRUE(next.is_enough);
        ham = next.ham;
    }
    EXPECT_FALSE(recall(ham, start + 25h, rule).is_enough);
}

TEST(Memory, AListIsSkippedNineTimesAfterThreeFailures) {
    constexpr ListRule lists;
    unsigned failures = 0;
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(is_dead(failures, lists));
        failures = after_failure(failures);
    }
    int skips = 0;
    while (is_dead(failures, lists)) {
        failures = after_skip(failures, lists);
        ++skips;
    }
    EXPECT_EQ(skips, 9);
}

} // namespace
} // namespace weight
