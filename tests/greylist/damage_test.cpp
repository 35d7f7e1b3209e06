// What a power failure, a bad disk or a careless hand leaves of a state.
#include "greylist/temporary_state.hpp"

#include "system/trouble.hpp"

#include <algorithm>
#include <map>

namespace greylist {
namespace {

using Lines = std::multiset<std::string>;

std::size_t page_of(const std::string& bytes, std::string_view text) {
    return bytes.find(text) / page_size;
}

bool is_part_of(const Lines& part, const Lines& whole) {
    return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

class StateDamage : public TemporaryState {
  protected:
    // Few of these fill a page.
    static Record long_record(unsigned number, std::int64_t last) {
        return {triplet_key("192.0.2.0", std::string(380, 'x') + std::to_string(number), "bob@example.org"),
                at(1700000000), at(last), 0};
    }
    void fill(unsigned many) const {
        State state = open();
        for (unsigned i = 0; i < many; ++i) {
            put(state, long_record(i, 1700000000));
        }
    }
};

TEST_F(StateDamage, ADamagedPageKeepsItsWholeLinesAndItsChildren) {
    fill(8000);
    const Lines before = lines();
    std::string bytes = content();
    constexpr std::size_t step = 5;
    for (std::size_t page = 1; page <= roots; page += step) {
        bytes[page * page_size + 20] ^= 1;   // the first line
        bytes[page * page_size + 2000] ^= 1; // one of the 512 bytes around it
    }
    spoil(bytes);
    mend();
    const Lines after = lines();
    EXPECT_TRUE(is_part_of(after, before));
    EXPECT_LE(before.size() - after.size(), 3 * (roots / step + 1));
    EXPECT_TRUE(findings().empty());
}

TEST_F(StateDamage, TheFirstDecisionOnADamagedPageMendsIt) {
    fill(300);
    std::string bytes = content();
    const std::size_t page = page_of(bytes, long_record(7, 0).key.text);
    bytes[page * page_size + 4095] = 'x';
    spoil(bytes);
    State state = open();
    EXPECT_TRUE(get(state, long_record(7, 0).key));
    ASSERT_EQ(state.remarks().size(), 1);
    EXPECT_NE(state.remarks()[0].find("page " + std::to_string(page)), std::string::npos);
    EXPECT_TRUE(findings().empty());
}

TEST_F(StateDamage, TwoLostFirstLinesOnOneWayTakeNothingBelowThemAlong) {
    fill(12000);
    const Lines before = lines();
    std::string bytes = content();
    std::size_t spoiled = 0;
    for (std::size_t page = 1; page * page_size < bytes.size(); ++page) {
        const auto head = head_in(std::string_view{bytes}.substr(page * page_size));
        if (head->place.root == 3 && head->place.depth < 2) {
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * page_size), page_size, '\0');
            ++spoiled;
        }
    }
    spoil(bytes);
    mend();
    EXPECT_EQ(spoiled, 3);
    EXPECT_TRUE(is_part_of(lines(), before));
    EXPECT_LE(before.size() - lines().size(), spoiled * 10);
    EXPECT_TRUE(findings().empty());
}

// --- power failures ---

struct Write {
    std::size_t page;
    std::string bytes;
};

// What the disk saw between two contents, in the order of the program: an added page before its parent.
std::vector<Write> writes_between(const std::string& before, const std::string& after) {
    std::vector<Write> writes;
    for (std::size_t page = after.size() / page_size; page-- > 0;) {
        const std::string now = after.substr(page * page_size, page_size);
        if (page * page_size >= before.size() || before.compare(page * page_size, page_size, now) != 0) {
            writes.push_back({page, now});
        }
    }
    return writes;
}

void apply(std::string& bytes, const Write& write, std::size_t from, std::size_t to) {
    bytes.resize(std::max(bytes.size(), (write.page + 1) * page_size), '\0');
    bytes.replace(write.page * page_size + from, to - from, write.bytes, from, to - from);
}

class PowerFailure : public StateDamage {
  protected:
    PowerFailure() {
        fill(2800);
        base_ = content();
        std::string last = base_;
        record_lines();
        for (unsigned i = 0; writes_.size() < written_.size() + 2; ++i) { // until three pages were added
            {
                State state = open();
                put(state, long_record(i % 3 == 0 ? i : 10000 + i, 1700000100 + i));
            }
            const std::string now = content();
            for (Write& write : writes_between(last, now)) {
                writes_.push_back(std::move(write));
                versions_.push_back(written_.size());
            }
            record_lines();
            last = now;
        }
    }

    void record_lines() {
        written_.push_back(lines());
        for (const std::string& line : written_.back()) {
            ever_.insert(line);
        }
    }
    // The file after the first `count` writes.
    [[nodiscard]] std::string after(std::size_t count) const {
        std::string bytes = base_;
        for (std::size_t i = 0; i < count; ++i) {
            apply(bytes, writes_[i], 0, page_size);
        }
        return bytes;
    }
    // Whether what is left of `bytes` is right: nothing that was never written, everything that stood on
    // other pages than those `hit`, and all of it in its place after a look at all of it.
    [[nodiscard]] testing::AssertionResult is_right(const std::string& bytes, std::size_t version,
                                                    const std::set<std::size_t>& hit) const {
        spoil(bytes);
        mend();
        const Lines left = lines();
        for (const std::string& line : left) {
            if (!ever_.contains(line)) {
                return testing::AssertionFailure() << "invented: " << line;
            }
        }
        for (const std::string& line : written_[version]) {
            const std::string key{key_in(line)};
            const bool is_hit = std::any_of(hit.begin(), hit.end(), [&](std::size_t page) {
                return std::string_view{bytes}.substr(page * page_size, page_size).find(key) !=
                           std::string::npos ||
                       is_on(page, key);
            });
            if (!is_hit && !left.contains(line)) {
                return testing::AssertionFailure() << "lost: " << line;
            }
        }
        const auto found = findings();
        return found.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << found.front();
    }
    // Whether any of the writes put `key` on the page.
    [[nodiscard]] bool is_on(std::size_t page, const std::string& key) const {
        return std::any_of(writes_.begin(), writes_.end(), [&](const Write& write) {
            return write.page == page && write.bytes.find(key) != std::string::npos;
        });
    }

    std::string base_;
    std::vector<Write> writes_;
    std::vector<std::size_t> versions_; // of each write, which update it belongs to
    std::vector<Lines> written_;        // the lines before the first update, after it, and so on
    std::set<std::string> ever_;
};

TEST_F(PowerFailure, EveryPrefixOfTheWritesIsAState) {
    ASSERT_GT(writes_.size(), written_.size()); // pages were added
    for (std::size_t count = 0; count <= writes_.size(); ++count) {
        const std::size_t version =
            count == 0 ? 0 : versions_[count - 1] - 1; // acknowledged before this write
        const std::set<std::size_t> hit =
            count == 0 ? std::set<std::size_t>{} : std::set{writes_[count - 1].page};
        EXPECT_TRUE(is_right(after(count), version, hit)) << count;
    }
}

TEST_F(PowerFailure, OfATornPageOnlyItsOwnRecordsMayGo) {
    constexpr std::size_t sector = 512;
    for (std::size_t count = 0; count < writes_.size(); ++count) {
        for (std::size_t torn = sector; torn < page_size; torn += sector) {
            std::string begun = after(count);
            apply(begun, writes_[count], 0, torn);
            EXPECT_TRUE(is_right(begun, versions_[count] - 1, {writes_[count].page}))
                << count << " to " << torn;
            std::string ended = after(count);
            apply(ended, writes_[count], torn, page_size);
            EXPECT_TRUE(is_right(ended, versions_[count] - 1, {writes_[count].page}))
                << count << " from " << torn;
        }
    }
}

TEST_F(PowerFailure, TwoWritesMayReachTheDiskTheOtherWayRound) {
    for (std::size_t count = 0; count + 1 < writes_.size(); ++count) {
        std::string bytes = after(count);
        apply(bytes, writes_[count + 1], 0, page_size);
        const std::set<std::size_t> hit{writes_[count].page, writes_[count + 1].page};
        EXPECT_TRUE(is_right(bytes, versions_[count] - 1, hit)) << count;
    }
}

// --- single bytes, and ends ---

class SmallState : public StateDamage {
  protected:
    SmallState() {
        State state = open();
        for (unsigned i = 0; i < 900; ++i) {
            put(state, long_record(i, 1700000000));
        }
    }
};

TEST_F(SmallState, NoFlippedByteInventsARecordOrLosesAnotherPages) {
    fill(4000);
    const std::string bytes = content();
    const Lines before = lines();
    const std::size_t end = bytes.size() / page_size;
    const auto last = head_in(std::string_view{bytes}.substr((end - 1) * page_size));
    ASSERT_GT(last->place.depth, 0);
    const std::set<std::size_t> pages{1 + last->place.root, end - 1}; // one with a child, one that is one
    Survey survey(path());
    const auto bucket_lines = [&] {
        Lines result;
        for (const Page& page : survey.bucket(last->place.root)) {
            for (std::string_view rest = page.lines(); !rest.empty();) {
                result.emplace(take_line(rest));
            }
        }
        return result;
    };
    const Lines whole = bucket_lines();
    std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
    const auto put_byte = [&](std::size_t offset, char byte) {
        file.seekp(static_cast<std::ptrdiff_t>(offset)).put(byte).flush();
    };
    unsigned wrong = 0;
    for (const std::size_t page : pages) {
        for (std::size_t offset = page * page_size; offset < (page + 1) * page_size; ++offset) {
            for (const unsigned flip : {0x01U, 0x20U, 0x80U, 0xFFU}) {
                put_byte(offset, static_cast<char>(static_cast<unsigned char>(bytes[offset]) ^ flip));
                const Lines left = bucket_lines();
                wrong += is_part_of(left, whole) && whole.size() - left.size() <= 4 ? 0 : 1;
            }
            put_byte(offset, bytes[offset]);
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST_F(SmallState, AFlippedByteInPageZeroIsMadeGoodFromItsOtherHalf) {
    const std::string bytes = content();
    const Lines before = lines();
    unsigned wrong = 0;
    for (std::size_t offset = 0; offset < page_size; offset += offset < 100 ? 1 : 97) {
        std::string flipped = bytes;
        flipped[offset] ^= 4;
        spoil(flipped);
        static_cast<void>(open());
        wrong += content() == bytes ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(lines(), before);
}

TEST_F(SmallState, NoTruncationInventsARecord) {
    const std::string bytes = content();
    const Lines before = lines();
    for (std::size_t length = bytes.size(); length > page_size;
         length -= std::min<std::size_t>(length, 61'441)) {
        spoil(bytes.substr(0, length));
        mend();
        EXPECT_TRUE(is_part_of(lines(), before)) << length;
        EXPECT_TRUE(findings().empty()) << length;
    }
}

TEST_F(SmallState, ItsFirstLineIsEnoughToOpenIt) {
    const std::string bytes = content();
    const std::size_t first_line = bytes.find('\n') + 1;
    for (std::size_t length = page_size; length > 0; --length) {
        spoil(bytes.substr(0, length));
        EXPECT_EQ(can_be_opened(), length >= first_line) << length;
    }
}

} // namespace
} // namespace greylist
