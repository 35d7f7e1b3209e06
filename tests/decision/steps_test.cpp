// A store may show a step an older record first, and the right one when another process has changed it
// meanwhile: what the weight's memory makes of that is what it makes of the right one alone.
#include "decision/weight_memory.hpp"

#include <gtest/gtest.h>

#include <map>

namespace decision {
namespace {

using greylist::Key;
using greylist::Record;
using namespace std::chrono_literals;

const sys::Time now{1'700'000'000s};

// Each step is shown, before what is there, every record in `others`, and nothing.
class Contended final : public store::Store {
  public:
    void update(const Key& key, const store::Step& step) override {
        for (const std::optional<Record>& other : others) {
            step(other);
        }
        const auto found = records.find(key.text);
        const auto record = step(found == records.end() ? std::nullopt : std::optional{found->second});
        if (record) {
            records.insert_or_assign(key.text, *record);
        }
    }
    Glance glance(const Key& /*key*/) override { return {}; }
    [[nodiscard]] bool is_current() const override { return true; }
    void keep(const store::Keeping& /*keeping*/) override {}
    [[nodiscard]] std::vector<std::string> remarks() const override { return {}; }
    std::vector<store::Notice> take_notices() override { return {}; }

    std::map<std::string, Record> records;
    std::vector<std::optional<Record>> others;
};

class StepsTest : public testing::Test {
  protected:
    StepsTest() {
        contended_.others = {
            Record{{greylist::Kind::weight, "other"}, now - 100s, now - 1s, 1, now - 5s, now + 100s, 70'000},
            std::nullopt};
    }
    weight::Settings settings_{};
    greylist::Grouping grouping_;
    Contended contended_;
    WeightMemory memory_{contended_, settings_, grouping_, now};
    weight::Subject subject_ = [] {
        weight::Subject subject;
        subject.client = *sys::Address::parse("192.0.2.1");
        subject.sender = "alice@example.net";
        subject.instance = "1.2.3";
        return subject;
    }();
};

TEST_F(StepsTest, WhatWasShownBeforeTheLastCallIsNotBelieved) {
    EXPECT_FALSE(memory_.earlier_of_message(subject_));
    EXPECT_FALSE(memory_.refused_again(subject_));
    EXPECT_FALSE(memory_.passed_before(subject_));
    EXPECT_FALSE(memory_.is_dead("list.example"));
    EXPECT_TRUE(contended_.records.empty());
    contended_.others = {contended_.others.front()};
    EXPECT_FALSE(memory_.earlier_of_message(subject_));
    EXPECT_FALSE(memory_.refused_again(subject_));
    EXPECT_FALSE(memory_.passed_before(subject_));
    EXPECT_FALSE(memory_.is_dead("list.example"));
}

TEST_F(StepsTest, WhatIsThereAtTheLastCallCounts) {
    memory_.remember_ham(subject_, 1.5);
    memory_.remember_message(subject_, {EarlierVerdict::Kind::rejected, 0, 8});
    const auto ham = memory_.passed_before(subject_);
    ASSERT_TRUE(ham);
    EXPECT_EQ(ham->rate, 1.5);
    const auto earlier = memory_.earlier_of_message(subject_);
    ASSERT_TRUE(earlier);
    EXPECT_EQ(earlier->kind, EarlierVerdict::Kind::rejected);
}

} // namespace
} // namespace decision
