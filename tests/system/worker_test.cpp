#include "system/worker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using sys::Worker;

namespace {

std::vector<int> numbers(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

} // namespace

TEST(Worker, DoesAllInOrderAndCanGoOn) {
    std::vector<int> done;
    Worker<int> worker{[&](const int& piece) { done.push_back(piece); }};
    worker.end();
    for (int i = 0; i < 500; ++i) {
        worker.give(i);
    }
    worker.end();
    EXPECT_EQ(done, numbers(500));
    for (int i = 500; i < 1000; ++i) {
        worker.give(i);
    }
    worker.end();
    EXPECT_EQ(done, numbers(1000));
}

TEST(Worker, WorksWhileItsCallerGoesOnAndKeepsFewPieces) {
    std::atomic<int> done = 0;
    std::atomic<bool> may_go_on = false;
    Worker<int> worker{[&](const int& /*piece*/) {
        may_go_on.wait(false);
        ++done;
    }};
    for (int i = 0; i < 4; ++i) {
        worker.give(i);
    }
    EXPECT_EQ(done, 0);
    may_go_on = true;
    may_go_on.notify_all();
    for (int i = 0; i < 100; ++i) {
        worker.give(i);
        EXPECT_GE(done, i); // of 4 + i + 1 given, four wait and one is in hand
    }
    worker.end();
    EXPECT_EQ(done, 104);
}

TEST(Worker, ThrowsWhatTheWorkThrewAndDoesNoMore) {
    std::atomic<int> begun = 0;
    Worker<int> worker{[&](const int& piece) {
        ++begun;
        if (piece == 2) {
            throw std::runtime_error{"two"};
        }
    }};
    EXPECT_THROW(
        {
            for (int i = 0; i < 1000; ++i) {
                worker.give(i);
            }
        },
        std::runtime_error);
    EXPECT_THROW(worker.end(), std::runtime_error);
    EXPECT_EQ(begun, 3);
}

TEST(Worker, GivesUpWhatIsNotBegun) {
    std::atomic<int> begun = 0;
    std::atomic<bool> may_go_on = false;
    {
        Worker<std::shared_ptr<int>> worker{[&](const std::shared_ptr<int>& /*piece*/) {
            ++begun;
            begun.notify_all();
            may_go_on.wait(false);
        }};
        for (int i = 0; i < 4; ++i) {
            worker.give(std::make_shared<int>(i));
        }
        begun.wait(0);
        std::thread later{[&] {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            may_go_on = true;
            may_go_on.notify_all();
        }};
        worker.give_up();
        later.join();
    }
    EXPECT_EQ(begun, 1);
}
