#include "report/waits.hpp"

#include <gtest/gtest.h>

#include <map>

namespace report {
namespace {

using namespace std::chrono_literals;

constexpr sys::Time start{sys::Seconds{1'700'000'000}};

class WaitsTest : public testing::Test {
  protected:
    static constexpr std::size_t most = 64;

    bool put_off(Hash mail, sys::Seconds after, Hash network = 1, bool is_first = true) {
        return waits.put_off({mail, 7, network, start + after, true}, is_first);
    }
    std::optional<Wait> passed(Hash mail, sys::Seconds after) { return waits.passed(mail, start + after); }

    std::map<End, std::vector<Wait>> ended;
    Waits waits{48h, most, [this](const Wait& wait, End end) { ended[end].push_back(wait); }};
};

TEST_F(WaitsTest, EndWithAPass) {
    EXPECT_TRUE(put_off(1, 0s));
    EXPECT_FALSE(put_off(1, 30s, 1, false));
    const auto wait = passed(1, 400s);
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->first, start);
    EXPECT_EQ(wait->attempts, 2);
    EXPECT_EQ(wait->networks, 1);
    EXPECT_EQ(ended[End::passed].size(), 1);
    EXPECT_FALSE(passed(1, 401s));
}

TEST_F(WaitsTest, OfOthersAreLeftAlone) {
    put_off(1, 0s);
    EXPECT_FALSE(passed(2, 400s));
    EXPECT_FALSE(waits.is_empty());
}

TEST_F(WaitsTest, DoNotBeginWithARetry) {
    EXPECT_FALSE(put_off(1, 0s, 1, false));
    EXPECT_TRUE(waits.is_empty());
}

TEST_F(WaitsTest, GoOverSeveralNetworks) {
    put_off(1, 0s, 1);
    put_off(1, 600s, 2);
    put_off(1, 900s, 1, false);
    EXPECT_EQ(passed(1, 1000s)->networks, 2);
}

TEST_F(WaitsTest, AreGivenUpAWindowAfterTheirLatestAttempt) {
    put_off(1, 0s);
    put_off(1, 47h, 2);
    EXPECT_TRUE(passed(1, 95h)); // 48 hours after it
    put_off(2, 0s);
    EXPECT_FALSE(passed(2, 48h + 1s));
    put_off(3, 0s);
    EXPECT_TRUE(put_off(3, 49h)); // begins anew
    EXPECT_EQ(ended[End::given_up].size(), 2);
}

TEST_F(WaitsTest, AreOpenWhereTheLogEndsBeforeTheirTime) {
    put_off(1, 0s);
    put_off(2, 1h);
    waits.finish(start + 48h + 1s);
    EXPECT_EQ(ended[End::given_up].size(), 1);
    EXPECT_EQ(ended[End::open].size(), 1);
}

TEST_F(WaitsTest, TellWhetherARetryAfterAMinuteCameToTheSameNetwork) {
    put_off(1, 0s);
    put_off(1, 59s, 1, false);
    put_off(1, 70s, 2);
    put_off(1, 90s, 1, false);
    put_off(1, 200s, 1, false);
    EXPECT_EQ(passed(1, 400s)->came_soon, 90s);
    put_off(2, 0s, 1);
    put_off(2, 100s, 2);
    EXPECT_EQ(passed(2, 400s)->came_soon, 0s);
    put_off(3, 0s, 1);
    put_off(3, 100s, 2);
    put_off(3, 180s, 2, false); // 80 s after the first there
    EXPECT_EQ(passed(3, 500s)->came_soon, 180s);
}

TEST_F(WaitsTest, BeyondTheirNumberMakeRoomTheOldestFirst) {
    for (Hash mail = 0; mail < 1000; ++mail) {
        put_off(mail, sys::Seconds{mail});
    }
    waits.finish(start + 1000s);
    EXPECT_LE(ended[End::open].size(), most);
    EXPECT_GE(ended[End::open].size(), most - most / 8 - 1);
    EXPECT_EQ(ended[End::open].size() + ended[End::not_followed].size(), 1000);
    sys::Time latest_gone;
    for (const Wait& wait : ended[End::not_followed]) {
        latest_gone = std::max(latest_gone, wait.last);
    }
    for (const Wait& wait : ended[End::open]) {
        EXPECT_GT(wait.last, latest_gone);
    }
}

TEST_F(WaitsTest, ThatAreOverMakeRoomFirst) {
    for (Hash mail = 0; mail < most; ++mail) {
        put_off(mail, 0s);
    }
    put_off(most, 49h);
    EXPECT_EQ(ended[End::given_up].size(), most);
    EXPECT_EQ(ended[End::not_followed].size(), 0);
}

} // namespace
} // namespace report
