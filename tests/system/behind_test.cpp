#include "system/behind.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

using sys::Behind;

namespace {

std::vector<int> numbers(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

} // namespace

TEST(Behind, DoesAllInOrderAndCanGoOn) {
    std::vector<int> done;
    Behind<int> behind{[&](const int& piece) { done.push_back(piece); }};
    behind.end();
    for (int i = 0; i < 500; ++i) {
        behind.give(i);
    }
    behind.end();
    EXPECT_EQ(done, numbers(500));
    for (int i = 500; i < 1000; ++i) {
        behind.give(i);
    }
    behind.end();
    EXPECT_EQ(done, numbers(1000));
}

TEST(Behind, WorksWhileItsCallerGoesOnAndKeepsFewPieces) {
    std::atomic<int> done = 0;
    std::atomic<bool> may_go_on = false;
    Behind<int> behind{[&](const int& /*piece*/) {
        may_go_on.wait(false);
        ++done;
    }};
    for (int i = 0; i < 4; ++i) {
        behind.give(i);
    }
    EXPECT_EQ(done, 0);
    may_go_on = true;
    may_go_on.notify_all();
    for (int i = 0; i < 100; ++i) {
        behind.give(i);
        EXPECT_GE(done, i); // of 4 + i + 1 given, four wait and one is in hand
    }
    behind.end();
    EXPECT_EQ(done, 104);
}

TEST(Behind, ThrowsWhatTheWorkThrewAndDoesNoMore) {
    std::atomic<int> begun = 0;
    Behind<int> behind{[&](const int& piece) {
        ++begun;
        if (piece == 2) {
            throw std::runtime_error{"two"};
        }
    }};
    EXPECT_THROW(
        {
            for (int i = 0; i < 1000; ++i) {
                behind.give(i);
            }
        },
        std::runtime_error);
    EXPECT_THROW(behind.end(), std::runtime_error);
    EXPECT_EQ(begun, 3);
}

TEST(Behind, GivesUpWhatIsNotBegun) {
    std::atomic<int> begun = 0;
    std::atomic<bool> may_go_on = false;
    {
        Behind<std::shared_ptr<int>> behind{[&](const std::shared_ptr<int>& /*piece*/) {
            ++begun;
            begun.notify_all();
            may_go_on.wait(false);
        }};
        for (int i = 0; i < 4; ++i) {
            behind.give(std::make_shared<int>(i));
        }
        begun.wait(0);
        std::thread later{[&] {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            may_go_on = true;
            may_go_on.notify_all();
        }};
        behind.give_up();
        later.join();
    }
    EXPECT_EQ(begun, 1);
}
