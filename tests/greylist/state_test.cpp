#include "greylist/state.hpp"

#include "greylist/page.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

namespace greylist {
namespace {

constexpr std::uint64_t gigabyte = std::uint64_t{1} << 30U;

Time at(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

Key numbered(unsigned number) {
    return triplet_key("192.0.2.0", "sender" + std::to_string(number) + "@example.net", "bob@example.org");
}

Keeping keep_all() {
    return {[](const Record&) { return false; }, [](const Record& record) { return record.count > 0; }};
}

class StateTest : public testing::Test {
  protected:
    StateTest() {
        std::string name = std::filesystem::temp_directory_path() / "state-XXXXXX";
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "greylist.state";
    }
    ~StateTest() override { std::filesystem::remove_all(directory_); }
    StateTest(const StateTest&) = delete;
    StateTest& operator=(const StateTest&) = delete;

    [[nodiscard]] State open(std::uint64_t max_size = gigabyte) const {
        return {path_.string(), max_size, false, keep_all()};
    }
    void put(State& state, const Record& record) const {
        state.update(record.key, [&](const auto&) { return record; });
    }
    [[nodiscard]] std::optional<Record> get(State& state, const Key& key) const {
        std::optional<Record> result;
        state.update(key, [&](const std::optional<Record>& seen) {
            result = seen;
            return std::nullopt;
        });
        return result;
    }
    [[nodiscard]] std::string content() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

    std::filesystem::path directory_;
    std::filesystem::path path_;
};

TEST_F(StateTest, WhatWasStoredIsSeenByTheNextOneToOpen) {
    const Record record{numbered(1), at(1700000000), at(1700000301), 1};
    {
        State state = open();
        EXPECT_EQ(get(state, record.key), std::nullopt);
        put(state, record);
    }
    State state = open();
    EXPECT_EQ(get(state, record.key), record);
    EXPECT_EQ(get(state, numbered(2)), std::nullopt);
    EXPECT_TRUE(state.remarks().empty());
}

TEST_F(StateTest, OnlyItsOwnerMayReadIt) {
    static_cast<void>(open());
    struct stat status {};
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(StateTest, AFileOfLengthZeroIsANewState) {
    write("");
    const Record record{numbered(1), at(1), at(2), 0};
    State state = open();
    put(state, record);
    EXPECT_EQ(get(state, record.key), record);
}

TEST_F(StateTest, RandomHistoriesGoAsInAMap) {
    std::mt19937 random(1);
    std::map<std::string, Record> model;
    for (int round = 0; round < 20; ++round) {
        State state = open();
        for (int i = 0; i < 3000; ++i) {
            const Key key = numbered(static_cast<unsigned>(random() % 40000));
            const auto known = model.find(key.text);
            const auto expected = known == model.end() ? std::nullopt : std::optional{known->second};
            const Record next{key, at(random()), at(random()), random() % 1000};
            const bool changes = random() % 4 != 0;
            std::optional<Record> seen;
            state.update(key, [&](const std::optional<Record>& found) {
                seen = found;
                return changes ? std::optional{next} : std::nullopt;
            });
            ASSERT_EQ(seen, expected);
            if (changes) {
                model[key.text] = next;
            }
        }
        EXPECT_TRUE(state.remarks().empty());
    }
    State state = open();
    for (const auto& [text, record] : model) {
        ASSERT_EQ(get(state, record.key), record);
    }
}

TEST_F(StateTest, ADamagedPageKeepsItsWholeLinesAndItsChildren) {
    constexpr unsigned many = 60000;
    {
        State state = open();
        for (unsigned i = 0; i < many; ++i) {
            put(state, {numbered(i), at(1700000000), at(1700000301), i % 1000});
        }
    }
    std::string bytes = content();
    for (std::size_t page = 1; page <= 256; page += 5) {
        bytes[page * page_size + 20] ^= 1;   // the first line
        bytes[page * page_size + 2000] ^= 1; // a record
    }
    write(bytes);
    unsigned lost = 0;
    {
        State state = open();
        for (unsigned i = 0; i < many; ++i) {
            const auto record = get(state, numbered(i));
            lost += record ? 0 : 1;
            if (record) {
                ASSERT_EQ(*record, (Record{numbered(i), at(1700000000), at(1700000301), i % 1000}));
            }
        }
        EXPECT_EQ(state.remarks().size(), 52);
    }
    EXPECT_GE(lost, 52 * 5);
    EXPECT_LE(lost, 52 * 10);
    State state = open();
    EXPECT_TRUE(get(state, numbered(1)));
    EXPECT_TRUE(state.remarks().empty());
}

TEST_F(StateTest, WhatIsNotAStateIsNeverOverwritten) {
    for (const std::string& bytes : {std::string{"greyonce state 2 what comes later\n"},
                                     std::string(5000, 'x'), std::string(8192, '\0'), std::string{"\n"}}) {
        write(bytes);
        EXPECT_THROW(open(), sys::Trouble);
        EXPECT_EQ(content(), bytes);
    }
}

TEST_F(StateTest, WhenFullTheOldestThatNeverPassedMakesRoom) {
    constexpr std::uint64_t small = 257 * page_size;
    State state = open(small);
    for (unsigned i = 0; i < 5000; ++i) {
        put(state, {numbered(i), at(1), at(2), 1});
    }
    for (unsigned i = 5000; i < 100000; ++i) {
        put(state, {numbered(i), at(i), at(i), 0});
    }
    EXPECT_EQ(std::filesystem::file_size(path_), small);
    for (unsigned i = 0; i < 5000; ++i) {
        ASSERT_TRUE(get(state, numbered(i)));
    }
    EXPECT_TRUE(get(state, numbered(99999)));
    EXPECT_FALSE(get(state, numbered(5000)));
}

} // namespace
} // namespace greylist
