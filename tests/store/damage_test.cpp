// What a power failure, a bad disk or a careless hand leaves of a state.
#include "store/temporary_state.hpp"

#include "store/file/page_zero.hpp"
#include "store/file/place.hpp"
#include "system/lines.hpp"
#include "system/trouble.hpp"
#include "thorough.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <unordered_set>
#include <utility>

namespace store {
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
    // Few of these fill a page. (Names were that long once.)
    static Record long_record(unsigned number, std::int64_t last) {
        const std::string sender = std::string(380, 'x') + std::to_string(number);
        return {{Kind::triplet, "192.0.2.0 " + sender + " bob@example.org"}, at(1700000000), at(last), 0};
    }
    void fill(unsigned many) const {
        FileStore state = open();
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
    FileStore state = open();
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

// --- pages with right sums that no process of ours has written ---

class ForeignPage : public StateDamage {
  protected:
    ForeignPage() { fill(4000); }

    static std::string page(const Head& head, std::string_view lines = {}) {
        Page result{head};
        while (!lines.empty()) {
            result.append(sys::take_until(lines, '\n'));
        }
        const auto& bytes = result.bytes();
        return {bytes.data(), bytes.size()};
    }
    // At the end, or in the place of another.
    void add(const std::string& bytes) const { spoil(content() + bytes); }
    void put_at(std::size_t number, const std::string& bytes) const {
        std::string all = content();
        spoil(all.replace(number * page_size, page_size, bytes));
    }
    [[nodiscard]] PageNumber end() const { return static_cast<PageNumber>(content().size() / page_size); }
    [[nodiscard]] Head head_of(std::size_t number) const {
        return head_in(std::string_view{content()}.substr(number * page_size)).value();
    }
    [[nodiscard]] Page::Bytes bytes_of(std::size_t number) const {
        Page::Bytes bytes{};
        content().copy(bytes.data(), bytes.size(), number * page_size);
        return bytes;
    }
    [[nodiscard]] bool is_found(std::string_view what) const {
        const auto found = findings();
        return std::any_of(found.begin(), found.end(), [&](const std::string& finding) {
            return finding.find(what) != std::string::npos;
        });
    }
    // All that looks through a state; false where what is whole was lost by it.
    [[nodiscard]] bool is_gone_through(const Lines& whole) const {
        static_cast<void>(findings());
        mend();
        {
            FileStore state = open();
            for (unsigned i = 0; i < 3000; ++i) {
                put(state, {numbered(i), at(1), at(2), 0});
            }
        }
        static_cast<void>(findings());
        const Lines left = lines();
        return is_part_of(whole, left);
    }
};

TEST_F(ForeignPage, ASecondRootIsAFindingAndExpireGoesPastIt) {
    const Lines before = lines();
    add(page({.number = end(), .place = {.root = 5}}, line_of(long_record(9999, 1)) + '\n'));
    EXPECT_TRUE(is_found("no page of that number can have that place"));
    mend();
    EXPECT_EQ(lines(), before);
}

TEST_F(ForeignPage, APageBelowTheDeepestOneIsNotLookedFor) {
    const Place deep{.root = 5, .depth = deepest, .turns = 0};
    add(page({.number = end(), .place = deep, .children = {end(), 300}}));
    EXPECT_TRUE(is_found("cannot be its child"));
    EXPECT_TRUE(is_gone_through({}));
}

TEST_F(ForeignPage, APageInTheWrongPlaceIsAFinding) {
    const std::string bytes = content().substr(300 * page_size, page_size);
    add(bytes);
    EXPECT_TRUE(is_found("stands in the place of page"));
    EXPECT_TRUE(is_gone_through(lines()));
}

TEST_F(ForeignPage, ARootAmongTheChildrenIsAFinding) {
    Head head = head_of(7);
    head.children = {1, 7};
    put_at(7, page(head));
    EXPECT_TRUE(is_found("page 1 cannot be its child"));
    EXPECT_TRUE(is_found("page 7 cannot be its child"));
}

TEST_F(ForeignPage, ALineOfAKnownKindThatIsNoRecordIsAFinding) {
    for (const char* line : {"T", "C 1", "T 17000o0000 1700000301 000001 a b c", "W 1"}) {
        put_at(7, page(head_of(7), std::string{line} + '\n'));
        EXPECT_TRUE(is_found("not a record")) << line;
    }
    put_at(7, page(head_of(7), "X of a later version\n"));
    EXPECT_FALSE(is_found("not a record"));
}

// As a child whose parent was written without it: then its records are lost to all that look for them.
TEST_F(ForeignPage, RecordsThatNobodyReachesAreAFindingAndOneThatAKillCanLeaveIsNone) {
    const auto has_children = [&](std::size_t number) {
        const Head head = head_of(number);
        return head.children[0] != 0 && Page::whole_lines(bytes_of(head.children[0])).size() > 2000;
    };
    std::size_t number = 1;
    while (number < roots && !has_children(number)) {
        ++number;
    }
    ASSERT_TRUE(has_children(number));
    Head root = head_of(number);
    const std::string child = content().substr(root.children[0] * page_size, page_size);
    root.children[0] = 0;
    put_at(number, page(root));
    EXPECT_TRUE(is_found("no page points to it; records in it: "));
    mend();
    EXPECT_FALSE(is_found("no page points to it"));
    EXPECT_EQ(content().substr(head_of(number).children[0] * page_size, page_size), child);

    Place place = head_of(end() - 1).place;
    add(page({.number = end(), .place = place}, line_of(long_record(9999, 1)) + '\n'));
    EXPECT_TRUE(findings().empty());
}

TEST_F(ForeignPage, WhateverStandsInThemAllThatLooksThroughAStateComesToItsEnd) {
    std::mt19937 random(7); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same pages each time
    const std::string good = content();
    const auto pages = static_cast<PageNumber>(good.size() / page_size);
    const auto any = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    const auto any_number = [&] {
        const std::array<PageNumber, 6> numbers{0,     1 + any(roots),   257 + any(pages),
                                                pages, last_page_number, any(pages)};
        return numbers.at(any(numbers.size()));
    };
    const auto any_line = [&]() -> std::string {
        const std::array<std::string, 8> some{
            "T",
            "T 1700000000 1700000301 000001 a b c",
            "T 1700000000 1700000301 000001 ",
            "C 000005 9999999999 2001:db8::1",
            "I 9999999999 x",
            "W 1700000000 1700000301 000060 1700000000 9999999999 -0000000000 ham",
            std::string(1 + any(900), static_cast<char>(1 + any(255))),
            line_of(long_record(any(4000), 1700000000))};
        std::string line = some.at(any(some.size()));
        line.erase(std::remove(line.begin(), line.end(), '\n'), line.end());
        return line;
    };
    for (unsigned round = 0; round < 30 / tests::every; ++round) {
        std::string bytes = good;
        for (unsigned i = 1 + any(40); i > 0; --i) {
            Place place{.root = any(roots)};
            for (unsigned depth = any(4) == 0 ? deepest : any(6); depth > 0; --depth) {
                place = place.child(any(2));
            }
            const PageNumber there =
                any(3) == 0 ? static_cast<PageNumber>(bytes.size() / page_size) : 1 + any(pages - 1);
            const bool is_at_home = any(2) == 0;
            if (any(3) == 0 && there < pages) {
                place = head_in(std::string_view{good}.substr(there * page_size))->place;
            }
            Page made{{.number = is_at_home ? there : any_number(),
                       .place = place,
                       .children = {any_number(), any_number()}}};
            for (std::string line = any_line(); any(10) != 0 && line.size() < made.room();
                 line = any_line()) {
                if (!line.empty()) {
                    made.append(line);
                }
            }
            const auto& raw = made.bytes();
            bytes.resize(std::max(bytes.size(), (there + 1) * page_size), '\0');
            bytes.replace(there * page_size, page_size, raw.data(), page_size);
        }
        spoil(bytes);
        EXPECT_TRUE(is_gone_through({})) << round;
    }
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
        static_cast<void>(open());
        const Seed seed = seed_in(content()).value();
        // As full as with 2,800 records below all the roots, but few: each state is gone through as a whole.
        const auto is_below_the_first_roots = [&](const Record& record) {
            return way_of(record.key, seed).root < 8;
        };
        for (unsigned i = 0; i < 2800; ++i) {
            if (const Record next = long_record(i, 1700000000); is_below_the_first_roots(next)) {
                FileStore state = open();
                put(state, next);
            }
        }
        base_ = content();
        std::string last = base_;
        record_lines();
        // Until there were forty updates, and three pages were added.
        for (unsigned i = 0; written_.size() <= 40 || writes_.size() < written_.size() + 2; ++i) {
            const Record next = long_record(i % 3 == 0 ? i : 10000 + i, 1700000100 + i);
            if (!is_below_the_first_roots(next)) {
                continue;
            }
            {
                FileStore state = open();
                put(state, next);
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
            const auto is_hit = [&](std::size_t page) {
                return std::string_view{bytes}.substr(page * page_size, page_size).find(key) !=
                           std::string::npos ||
                       is_on(page, key);
            };
            if (!left.contains(line) && std::none_of(hit.begin(), hit.end(), is_hit)) {
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
    std::unordered_set<std::string> ever_;
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

// Most writes change two sectors or three of a page: torn elsewhere, they leave what was looked at already.
TEST_F(PowerFailure, OfATornPageOnlyItsOwnRecordsMayGo) {
    constexpr std::size_t sector = 512;
    for (std::size_t count = 0; count < writes_.size(); count += tests::every) {
        const std::string before = after(count);
        std::set<std::string> left;
        for (std::size_t torn = sector; torn < page_size; torn += sector) {
            for (const auto& [from, to] : {std::pair{std::size_t{0}, torn}, std::pair{torn, page_size}}) {
                std::string bytes = before;
                apply(bytes, writes_[count], from, to);
                left.insert(std::move(bytes));
            }
        }
        for (const std::string& bytes : left) {
            EXPECT_TRUE(is_right(bytes, versions_[count] - 1, {writes_[count].page})) << count;
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

// --- pages added ---

// As a process leaves it that is killed before the parent points to the page.
TEST_F(StateDamage, TheNextPageInTheSamePlaceTakesTheOneThatNobodyPointsTo) {
    fill(2800);
    const std::string before = content();
    FileStore state = open();
    unsigned number = 2800;
    while (content().size() == before.size()) {
        put(state, long_record(number++, 1700000000));
    }
    const std::size_t last = before.size() / page_size;
    const auto head = head_in(std::string_view{content()}.substr(last * page_size));
    ASSERT_TRUE(head);
    std::string bytes = content();
    for (std::size_t page = 1; page < last; ++page) { // its parent, as it was
        const auto parent = head_in(std::string_view{bytes}.substr(page * page_size));
        if (parent->children[0] == last || parent->children[1] == last) {
            bytes.replace(page * page_size, page_size, before, page * page_size, page_size);
        }
    }
    spoil(bytes);
    put(state, long_record(number - 1, 1700000000));
    EXPECT_EQ(content().size(), bytes.size());
    EXPECT_TRUE(get(state, long_record(number - 1, 0).key));
    EXPECT_TRUE(findings().empty());
}

// --- single bytes, and ends ---

class SmallState : public StateDamage {
  protected:
    SmallState() {
        FileStore state = open();
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
                result.emplace(sys::take_until(rest, '\n'));
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
        for (std::size_t offset = page * page_size; offset < (page + 1) * page_size; offset += tests::every) {
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
    // What follows is padding: there not each length.
    for (std::size_t length = page_size; length > 0; length -= length > 2 * first_line ? 13 : 1) {
        spoil(bytes.substr(0, length));
        EXPECT_EQ(can_be_opened(), length >= first_line) << length;
    }
}

} // namespace
} // namespace store
