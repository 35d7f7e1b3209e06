#include "decision/keeping.hpp"

#include <gtest/gtest.h>

namespace decision {
namespace {

using namespace std::chrono_literals;

const sys::Time start{1'700'000'000s};
const greylist::Record waiting{{greylist::Kind::triplet, "192.0.2.0 a@b c@d"}, start, start, 0};

TEST(Keeping, WhatWaitsByALongerRetryWindowThanTheConfiguredOneIsKept) {
    const protocol::Request request;
    const Settings settings;
    Sources sources{settings, false};
    Question question{.request = request, .sources = sources, .now = start + 72h};
    EXPECT_TRUE(keeping_of(question).is_forgotten(waiting));
    question.longest_retry_window = 240h;
    EXPECT_FALSE(keeping_of(question).is_forgotten(waiting));
}

TEST(Keeping, AShorterRetryWindowOfTheRuleAtHandTakesNothingFromOthers) {
    const protocol::Request request;
    const Settings settings;
    Sources sources{settings, false};
    Question question{.request = request, .sources = sources, .now = start + 2h};
    question.greylisting.retry_window = 1h;
    question.longest_retry_window = 1h;
    EXPECT_FALSE(keeping_of(question).is_forgotten(waiting));
}

TEST(Keeping, WhatAClockThatRunsADayAheadForgetsDoesNotGo) {
    const protocol::Request request;
    const Settings settings;
    Sources sources{settings, false};
    for (const auto& [age, is_forgotten, may_go] :
         {std::tuple{48h, false, false}, {49h, true, false}, {72h, true, false}, {73h, true, true}}) {
        const auto keeping = keeping_of({.request = request, .sources = sources, .now = start + age});
        EXPECT_EQ(keeping.is_forgotten(waiting), is_forgotten) << age.count();
        EXPECT_EQ(keeping.may_go(waiting), may_go) << age.count();
    }
}

TEST(Keeping, TheHeaderOfAMessageJustSentDoesNotGo) {
    const protocol::Request request;
    const Settings settings;
    Sources sources{settings, false};
    const greylist::Record header{{greylist::Kind::instance, "1"}, start, start, 0};
    EXPECT_FALSE(keeping_of({.request = request, .sources = sources, .now = start}).may_go(header));
    EXPECT_TRUE(keeping_of({.request = request, .sources = sources, .now = start + 26h}).may_go(header));
}

} // namespace
} // namespace decision
