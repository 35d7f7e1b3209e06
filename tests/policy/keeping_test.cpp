#include "policy/keeping.hpp"

#include <gtest/gtest.h>

namespace policy {
namespace {

using namespace std::chrono_literals;

const sys::Time start{1'700'000'000s};
const greylist::Record waiting{{greylist::Kind::triplet, "192.0.2.0 a@b c@d"}, start, start, 0};

TEST(Keeping, WhatWaitsByALongerRetryWindowThanTheConfiguredOneIsKept) {
    const Request request;
    const Settings settings;
    Question question{.request = request, .settings = settings, .now = start + 72h};
    EXPECT_TRUE(keeping_of(question).is_forgotten(waiting));
    question.longest_retry_window = 240h;
    EXPECT_FALSE(keeping_of(question).is_forgotten(waiting));
}

TEST(Keeping, AShorterRetryWindowOfTheRuleAtHandTakesNothingFromOthers) {
    const Request request;
    const Settings settings;
    Question question{.request = request, .settings = settings, .now = start + 2h};
    question.greylisting.retry_window = 1h;
    question.longest_retry_window = 1h;
    EXPECT_FALSE(keeping_of(question).is_forgotten(waiting));
}

} // namespace
} // namespace policy
