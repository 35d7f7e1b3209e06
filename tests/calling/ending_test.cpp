#include "calling/ending.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace calling {
namespace {

using namespace std::chrono_literals;

class EndingTest : public testing::Test {
  protected:
    EndingTest() {
        std::string name = std::filesystem::temp_directory_path() / "ending-XXXXXX";
        folder_ = mkdtemp(name.data());
        config = folder_ / "config";
        rules = folder_ / "rules";
    }
    ~EndingTest() override { std::filesystem::remove_all(folder_); }

    Ending ending() const {
        Ending made{config, start};
        made.expect(rules, 60s);
        return made;
    }
    static void write(const std::string& path, const std::string& text) { std::ofstream{path} << text; }

    const Ending::Clock::time_point start{};
    std::string config;
    std::string rules;

  private:
    std::filesystem::path folder_;
};

TEST_F(EndingTest, ItIsDueWhenNobodyHasComeForSoLong) {
    Ending it = ending();
    EXPECT_FALSE(it.is_due(0, start + 59s));
    EXPECT_TRUE(it.is_due(0, start + 60s));
    it.count(1, start + 30s);
    EXPECT_FALSE(it.is_due(0, start + 89s));
    EXPECT_TRUE(it.is_due(0, start + 90s));
    EXPECT_FALSE(it.is_due(1, start + 24h));
}

TEST_F(EndingTest, WhatIsAsItWasIsNoReasonAlsoWhereItIsMissing) {
    write(config, "one");
    Ending it = ending();
    EXPECT_TRUE(it.look(start + 1s));
    EXPECT_FALSE(it.is_due(0, start + 1s));
}

TEST_F(EndingTest, AFileThatComesGoesOrChangesIsOne) {
    for (int change = 0; change < 3; ++change) {
        std::filesystem::remove(rules);
        write(config, "one");
        Ending it = ending();
        switch (change) {
        case 0:
            write(rules, "");
            break;
        case 1:
            std::filesystem::remove(config);
            break;
        default:
            write(config, "two and more");
        }
        it.look(start + 1s);
        EXPECT_TRUE(it.is_due(0, start + 1s)) << change;
        EXPECT_FALSE(it.is_due(1, start + 1s)) << change;
    }
}

TEST_F(EndingTest, TheFilesAreLookedAtTenTimesASecondAtMost) {
    Ending it = ending();
    EXPECT_TRUE(it.look(start + 100ms));
    write(rules, "new");
    EXPECT_FALSE(it.look(start + 199ms));
    EXPECT_FALSE(it.is_due(0, start + 199ms));
    EXPECT_TRUE(it.look(start + 200ms));
    EXPECT_TRUE(it.is_due(0, start + 200ms));
}

TEST_F(EndingTest, OpenConversationsHoldItUpForTenSeconds) {
    Ending it = ending();
    EXPECT_FALSE(it.is_overdue(start + 24h));
    it.ask_for(start + 5s);
    it.ask_for(start + 9s); // told twice
    EXPECT_FALSE(it.is_overdue(start + 14s));
    EXPECT_TRUE(it.is_overdue(start + 15s));
}

} // namespace
} // namespace calling
