#include "store/temporary_state.hpp"

#include "system/trouble.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <map>
#include <random>

namespace store {
namespace {

using StateTest = TemporaryState;

constexpr std::uint64_t small = 257 * page_size; // bytes: the roots and nothing else

TEST_F(StateTest, WhatWasStoredIsSeenByTheNextOneToOpen) {
    const Record record{numbered(1), at(1700000000), at(1700000301), 1};
    {
        FileStore state = open();
        EXPECT_EQ(get(state, record.key), std::nullopt);
        put(state, record);
    }
    FileStore state = open();
    EXPECT_EQ(get(state, record.key), record);
    EXPECT_EQ(get(state, numbered(2)), std::nullopt);
    EXPECT_TRUE(state.remarks().empty());
}

TEST_F(StateTest, ALookWithoutALockTellsWhatIsThereAndWhatIsNot) {
    FileStore state = open();
    for (unsigned i = 0; i < 30000; ++i) {
        put(state, {numbered(i), at(1), at(2), i});
    }
    for (unsigned i = 0; i < 31000; ++i) {
        const auto glance = state.glance(numbered(i));
        ASSERT_TRUE(glance.is_certain);
        const Record stored{numbered(i), at(1), at(2), i};
        ASSERT_EQ(glance.seen, i < 30000 ? std::optional{stored} : std::nullopt);
    }
}

// A look tells the update where to look first.
TEST_F(StateTest, AnUpdateAfterALookSeesWhatHasChangedSince) {
    FileStore state = open(small);
    FileStore other = open(small);
    put(other, {numbered(1), at(1), at(1), 0});
    EXPECT_TRUE(state.glance(numbered(1)).seen);
    put(other, {numbered(1), at(1), at(2), 1});
    EXPECT_EQ(get(state, numbered(1))->count, 1U);

    put(other, {numbered(2), at(1), at(1), 0});
    EXPECT_TRUE(state.glance(numbered(2)).seen);
    // The smallest of the roots, too, gets twice as many as it has room for: the older ones make room.
    for (unsigned i = 3; i < 40000; ++i) {
        put(other, {numbered(i), at(2), at(2), 0});
    }
    EXPECT_EQ(get(state, numbered(2)), std::nullopt);
    put(state, {numbered(2), at(3), at(3), 0});
    EXPECT_EQ(get(other, numbered(2))->first, at(3));
    EXPECT_TRUE(findings().empty());
}

TEST_F(StateTest, ALookWithoutALockDoesNotSeeWhatIsForgotten) {
    FileStore state(path(), gigabyte, false, {.rule = {.max_age = Seconds{1000}}, .now = at(1100)});
    put(state, {numbered(1), at(1), at(99), 1});
    put(state, {numbered(2), at(1), at(100), 1});
    EXPECT_TRUE(state.glance(numbered(1)).is_certain);
    EXPECT_FALSE(state.glance(numbered(1)).seen);
    EXPECT_TRUE(state.glance(numbered(2)).seen);
}

TEST_F(StateTest, ALookWithoutALockTellsNothingOfADamagedPage) {
    static_cast<void>(open());
    std::string bytes = content();
    for (std::size_t page = 1; page < bytes.size() / page_size; ++page) {
        bytes[page * page_size + 1000] = 'x';
    }
    spoil(bytes);
    FileStore state = open();
    EXPECT_FALSE(state.glance(numbered(1)).is_certain);
    EXPECT_EQ(get(state, numbered(1)), std::nullopt);
    EXPECT_TRUE(state.glance(numbered(1)).is_certain) << "mended";
}

TEST_F(StateTest, WhatWasSeenBeforeIsNotBelievedWhereItIsDamagedNow) {
    FileStore state = open_to_stay();
    put(state, {numbered(1), at(1), at(2), 1});
    put(state, {numbered(2), at(1), at(2), 1});
    for (int look = 0; look < 3; ++look) {
        EXPECT_EQ(state.glance(numbered(1)).seen->last, at(2));
    }
    std::string bytes = content();
    const std::size_t line = bytes.find(numbered(1).text);
    ASSERT_NE(line, std::string::npos);
    bytes[line - 20] = '7'; // in one of its numbers
    spoil(bytes);
    EXPECT_FALSE(state.glance(numbered(1)).is_certain);
    EXPECT_EQ(get(state, numbered(1)), std::nullopt) << "mended: its block is lost";
    EXPECT_TRUE(state.glance(numbered(1)).is_certain);
    EXPECT_FALSE(state.remarks().empty());
}

TEST_F(StateTest, WhoWasSeenElsewhereBeforeIsFoundWhereHeIsNow) {
    FileStore state = open_to_stay();
    FileStore other = open();
    constexpr unsigned all = 3000;
    for (unsigned i = 0; i < all; ++i) {
        put(other, {numbered(i), at(1), at(2), 1});
        EXPECT_TRUE(state.glance(numbered(i)).seen);
    }
    const auto is_third = [](const Record& record) { return record.key.text.size() % 3 == 0; };
    sweep(path(), false, at(3), is_third, [](unsigned) {});
    for (unsigned i = 0; i < all; ++i) {
        const FileStore::Glance glance = state.glance(numbered(i));
        EXPECT_TRUE(glance.is_certain) << i;
        EXPECT_EQ(glance.seen.has_value(), numbered(i).text.size() % 3 != 0) << i;
    }
}

TEST_F(StateTest, OnlyItsOwnerMayReadIt) {
    static_cast<void>(open());
    struct stat status = {};
    ASSERT_EQ(stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory()), {}), 1);
}

TEST_F(StateTest, AFileOfLengthZeroIsANewState) {
    spoil("");
    const Record record{numbered(1), at(1), at(2), 0};
    FileStore state = open();
    put(state, record);
    EXPECT_EQ(get(state, record.key), record);
}

// One random step, the same in the state and in the map; false where they saw different things.
bool same_step(FileStore& state, std::map<std::string, Record>& model, std::mt19937& random) {
    const auto any = [&](unsigned below) { return static_cast<std::int64_t>(random() % below); };
    const Key key = numbered(static_cast<unsigned>(any(40000)));
    const auto known = model.find(key.text);
    const auto expected = known == model.end() ? std::nullopt : std::optional{known->second};
    const Record next{key, at(any(2'000'000'000)), at(any(2'000'000'000)), random() % 1000};
    const bool changes = any(4) != 0;
    std::optional<Record> seen;
    state.update(key, [&](const std::optional<Record>& found) {
        seen = found;
        return changes ? std::optional{next} : std::nullopt;
    });
    if (changes) {
        model[key.text] = next;
    }
    return seen == expected;
}

TEST_F(StateTest, RandomHistoriesGoAsInAMap) {
    std::mt19937 random(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history each time
    std::map<std::string, Record> model;
    unsigned different = 0;
    for (int round = 0; round < 20; ++round) {
        FileStore state = round % 2 == 1 ? open_to_stay() : open();
        for (int i = 0; i < 3000; ++i) {
            different += same_step(state, model, random) ? 0 : 1;
        }
        EXPECT_TRUE(state.remarks().empty());
    }
    EXPECT_EQ(different, 0);
    std::multiset<std::string> expected;
    for (const auto& [text, record] : model) {
        expected.insert(line_of(record));
    }
    EXPECT_EQ(lines(), expected);
    EXPECT_TRUE(findings().empty());
}

TEST_F(StateTest, TwoThatStayOpenSeeWhatEachOtherWrites) {
    std::mt19937 random(2); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history each time
    std::map<std::string, Record> model;
    std::array<FileStore, 3> states{open_to_stay(), open_to_stay(), open()};
    unsigned different = 0;
    unsigned certain = 0;
    for (int i = 0; i < 40000; ++i) {
        different += same_step(states.at(random() % 3), model, random) ? 0 : 1;
        const Key key = numbered(static_cast<unsigned>(random() % 40000));
        const auto known = model.find(key.text);
        const auto is_right = [&](const FileStore::Glance& glance) {
            return known == model.end() ? !glance.seen : glance.seen == known->second;
        };
        FileStore& state = states.at(random() % 3);
        const FileStore::Glance glance = state.glance(key);
        different += glance.is_certain && is_right(glance) ? 0 : 1;
        const FileStore::Glance at_stored = state.glance_at_stored(key);
        different += !at_stored.is_certain || is_right(at_stored) ? 0 : 1;
        certain += known != model.end() && at_stored.is_certain ? 1 : 0;
    }
    EXPECT_EQ(different, 0);
    EXPECT_GT(certain, 10000) << "of whom is there it is certain";
    EXPECT_TRUE(findings().empty());
}

// Who is asked less does not ask whether he is alone.
void be_asked_often(FileStore& state, const Keeping& keeping) {
    for (int i = 0; i <= 100; ++i) {
        state.keep(keeping);
    }
}

constexpr unsigned many_keys = 16000; // more than the roots have room for

// What glances tell while nobody else has the file open; `stored` is asked for after that.
void expect_to_see(FileStore& state, const std::function<std::multiset<std::string>()>& stored) {
    std::multiset<std::string> seen;
    unsigned uncertain = 0;
    for (unsigned number = 0; number < many_keys; ++number) {
        const FileStore::Glance glance = state.glance(numbered(number));
        uncertain += glance.is_certain ? 0 : 1;
        if (glance.seen) {
            seen.insert(line_of(*glance.seen));
        }
    }
    EXPECT_EQ(uncertain, 0);
    EXPECT_EQ(seen, stored());
}

// By each way of writing a page: with room, with what may go, with a new page, in place of others.
TEST_F(StateTest, WhoIsAloneKnowsWhatItWroteItself) {
    for (const std::uint64_t size : {small, gigabyte}) {
        std::filesystem::remove(path());
        std::mt19937 random(3); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history each time
        FileStore state{path(), size, false, keep_all(), true};
        Keeping keeping = keep_all();
        for (int round = 0; round < 4; ++round) {
            // At the end what came in the first two rounds may go.
            keeping.now =
                round < 3 ? keeping.now + Seconds{1} : at(0) + std::chrono::days{15} + keeping.rule.max_age;
            be_asked_often(state, keeping);
            const Time at_round = at(0) + std::chrono::days{10 * round};
            for (int i = 0; i < 6000; ++i) {
                const auto number = static_cast<unsigned>(random() % many_keys);
                put(state, {numbered(number), at_round, at_round, number});
                static_cast<void>(state.glance(numbered(static_cast<unsigned>(random() % many_keys))));
            }
            if (round >= 2) {
                expect_to_see(state, [&] {
                    std::multiset<std::string> stored = lines();
                    std::erase_if(stored, [&](const std::string& line) {
                        return keeping.is_forgotten(*record_of(line));
                    });
                    EXPECT_GT(stored.size(), 5000);
                    return stored;
                });
            }
        }
        EXPECT_TRUE(findings().empty());
    }
}

#ifdef __linux__
// Reads that this process has asked the system for.
unsigned long reads() {
    std::ifstream counts("/proc/self/io");
    std::string name;
    unsigned long count = 0;
    while (counts >> name >> count && name != "syscr:") {
    }
    return count;
}

// A key that is nowhere, in a state in which its way is several pages long, all of them known.
TEST_F(StateTest, WhoIsAloneAsksOnceWhetherHeStillIsAndOtherwiseLooksAtEachPage) {
    FileStore state = open_to_stay();
    for (unsigned i = 0; i < 40000; ++i) {
        put(state, {numbered(i), at(1), at(2), i});
    }
    const auto reads_of_glances = [&] {
        const unsigned long before = reads();
        for (unsigned i = 100000; i < 101000; ++i) {
            EXPECT_FALSE(state.glance(numbered(i)).seen);
        }
        return reads() - before;
    };
    be_asked_often(state, keep_all());
    reads_of_glances();
    EXPECT_LT(reads_of_glances(), 500) << "the pages that a look in vain reads";
    {
        const FileStore other = open();
        EXPECT_GT(reads_of_glances(), 1000);
    }
    EXPECT_GT(reads_of_glances(), 1000) << "it did not ask again yet";
    Keeping later = keep_all();
    later.now += Seconds{1};
    state.keep(later);
    reads_of_glances();
    EXPECT_LT(reads_of_glances(), 500);
}

TEST_F(StateTest, WhoIsAloneReadsALineAgainOnlyAfterItWroteItsPage) {
    FileStore state = open_to_stay();
    const Key key = numbered(1);
    put(state, {key, at(1), at(2), 0});
    be_asked_often(state, keep_all());
    const auto reads_of_a_glance = [&](std::uint64_t count) {
        const unsigned long before = reads();
        EXPECT_EQ(state.glance(key).seen, (Record{key, at(1), at(2), count}));
        return reads() - before;
    };
    const auto expect_reads = [&](std::uint64_t count) {
        reads_of_a_glance(count);
        reads_of_a_glance(count);
        const unsigned long of_counting = reads_of_a_glance(count); // which reads /proc
        put(state, {key, at(1), at(2), count + 1});
        EXPECT_EQ(reads_of_a_glance(count + 1), of_counting + 1);
        EXPECT_EQ(reads_of_a_glance(count + 1), of_counting);
    };
    for (std::uint64_t count = 0; count < 10; ++count) {
        expect_reads(count);
    }
    {
        FileStore other = open();
        put(other, {key, at(1), at(2), 20});
    }
    for (int looks = 0; looks < 3; ++looks) {
        EXPECT_GT(reads_of_a_glance(20), 0) << "somebody may write it still";
    }
}
#endif

// Others open the file, write and go, as processes for one request do.
TEST_F(StateTest, WhatOthersWroteMeanwhileIsSeenAtOnce) {
    std::mt19937 random(4); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history each time
    FileStore state = open_to_stay();
    for (unsigned i = 0; i < 20000; ++i) {
        put(state, {numbered(i), at(1), at(2), i});
    }
    be_asked_often(state, keep_all());
    Keeping keeping = keep_all();
    for (unsigned i = 20000; i < 21000; ++i) {
        keeping.now += Seconds{1};
        state.keep(keeping);
        EXPECT_FALSE(state.glance(numbered(i)).seen);
        const Key changes = numbered(static_cast<unsigned>(random() % i));
        for (int looks = 0; looks < 3; ++looks) {
            EXPECT_TRUE(state.glance(changes).seen);
        }
        {
            FileStore other = open();
            put(other, {numbered(i), at(1), at(2), i});
            put(other, {changes, at(1), at(3), i});
        }
        const FileStore::Glance glance = state.glance(numbered(i));
        ASSERT_TRUE(glance.is_certain && glance.seen) << i;
        EXPECT_EQ(state.glance(changes).seen->last, at(3));
    }
}

TEST_F(StateTest, WhatIsNotAStateIsNeverOverwritten) {
    for (const std::string& bytes : {std::string{"greyonce state 2 what comes later\n"},
                                     std::string(5000, 'x'), std::string(8192, '\0'), std::string{"\n"}}) {
        spoil(bytes);
        EXPECT_FALSE(can_be_opened());
        EXPECT_EQ(content(), bytes);
    }
}

TEST_F(StateTest, WhenFullTheOldestThatNeverPassedMakesRoom) {
    FileStore state = open(small);
    for (unsigned i = 0; i < 2000; ++i) {
        put(state, {numbered(i), at(1), at(2), 1});
    }
    for (unsigned i = 2000; i < 40000; ++i) { // three times what there is room for
        put(state, {numbered(i), at(i), at(i), 0});
    }
    EXPECT_EQ(std::filesystem::file_size(path()), small);
    unsigned passed = 0;
    for (const std::string& line : lines()) {
        passed += record_of(line)->count == 1 ? 1 : 0;
    }
    EXPECT_EQ(passed, 2000);
    EXPECT_TRUE(get(state, numbered(39999)));
    EXPECT_FALSE(get(state, numbered(2000)));
}

TEST_F(StateTest, WhenFullTheOneThatPassedOnceAndWasSeenLongestAgoMakesRoom) {
    FileStore state = open(small);
    for (unsigned i = 0; i < 20000; ++i) {
        put(state, {numbered(i), at(1), at(1000 + i), 1});
        ASSERT_TRUE(get(state, numbered(i)));
    }
    const Survey survey(path());
    std::array<std::vector<std::string>, roots> stored; // in the order of time
    for (unsigned i = 0; i < 20000; ++i) {
        const Record record{numbered(i), at(1), at(1000 + i), 1};
        stored.at(way_of(record.key, survey.file().seed()).root).push_back(line_of(record));
    }
    const auto left = lines();
    EXPECT_GT(left.size(), 8000);
    for (const auto& in_root : stored) {
        const auto is_left = [&](const std::string& line) { return left.contains(line); };
        EXPECT_TRUE(std::is_partitioned(in_root.rbegin(), in_root.rend(), is_left)) << "a later one has gone";
        EXPECT_TRUE(is_left(in_root.back()));
    }
    EXPECT_TRUE(findings().empty());
}

// As many as there is room for, then others of which anybody can make as many as he likes.
TEST_F(StateTest, WhenFullWhoComesAgainAndAgainStays) {
    FileStore state = open(small);
    std::vector<Record> in_use;
    for (unsigned i = 0; i < 3000; ++i) {
        in_use.push_back({numbered(i), at(1), at(2), 3});
    }
    for (unsigned i = 0; i < 200; ++i) {
        in_use.push_back({client_key("192.0.2." + std::to_string(i)), at(2), at(2), 5});
    }
    for (const Record& record : in_use) {
        put(state, record);
    }
    for (unsigned i = 10000; i < 35000; ++i) {
        put(state, {numbered(i), at(1), at(i), i % 3});
        put(state, {client_key("2001:db8::" + std::to_string(i)), at(i), at(i), i % 5});
    }
    for (const Record& record : in_use) {
        EXPECT_EQ(get(state, record.key), record) << record.key.text;
    }
    EXPECT_FALSE(state.take_notices().empty());
    EXPECT_TRUE(state.take_notices().empty());
}

TEST_F(StateTest, WhenFullOfWhatPassedWhoWaitsHasTimeToComeBack) {
    FileStore state = open(small);
    for (unsigned i = 0; i < 20000; ++i) {
        put(state, {numbered(i), at(1), at(2), 1});
    }
    constexpr unsigned strangers = 1000;
    for (unsigned i = 100000; i < 100000 + strangers; ++i) {
        put(state, {numbered(i), at(i), at(i), 0});
    }
    for (unsigned i = 20000; i < 40000; ++i) { // each of these waits, and passes at once
        put(state, {numbered(i), at(200000), at(200000), 0});
        put(state, {numbered(i), at(200000), at(200301), 1});
    }
    unsigned remembered = 0;
    for (unsigned i = 100000; i < 100000 + strangers; ++i) {
        remembered += get(state, numbered(i)) ? 1 : 0;
    }
    EXPECT_GE(remembered, strangers * 98 / 100); // which pages they share with others is a matter of chance
}

TEST_F(StateTest, WhenFullWhatCostsNobodyAWaitMakesRoomFirst) {
    FileStore state = open(small);
    for (unsigned i = 0; i < 4000; ++i) {
        put(state, {instance_key("m" + std::to_string(i)), at(9), at(9), 0});
        put(state, {weight_key("ham", {std::to_string(i)}), at(9), at(9), 60, at(9), at(99), 0});
    }
    for (unsigned i = 0; i < 4000; ++i) {
        put(state, {numbered(i), at(1), at(1), 0});
    }
    for (unsigned i = 0; i < 4000; ++i) {
        EXPECT_TRUE(get(state, numbered(i))) << i;
    }
}

TEST_F(StateTest, WhereAllAreInUseWhoWaitsHasAQuarterAndTheOneThatCameLeastOftenMakesRoom) {
    FileStore state = open(small);
    constexpr unsigned often = 2000;
    for (unsigned i = 0; i < 20000; ++i) {
        put(state, {numbered(i), at(1), at(i < often ? 2 : 3), i < often ? 20U : 2U});
    }
    // Two in a root, as the roots share them: nowhere the fourteen that fill a quarter of a page.
    for (unsigned i = 20000; i < 20500; ++i) {
        put(state, {numbered(i), at(4), at(4), 0});
    }
    for (unsigned i = 20000; i < 20500; ++i) {
        EXPECT_TRUE(get(state, numbered(i))) << i;
    }
    unsigned left = 0;
    for (const std::string& line : lines()) {
        left += record_of(line)->count == 20 ? 1 : 0;
    }
    EXPECT_EQ(left, often);
}

TEST_F(StateTest, WhatIsForgottenIsNotSeenAndMakesRoom) {
    Keeping keeping{.rule = {.max_age = Seconds{1000}}, .now = at(500)};
    FileStore state(path(), small, false, keeping);
    for (unsigned i = 0; i < 4000; ++i) {
        put(state, {numbered(i), at(1), at(2), 1});
    }
    const Time later = at(1003);
    keeping.now = later;
    state.keep(keeping);
    EXPECT_FALSE(get(state, numbered(1)));
    for (unsigned i = 4000; i < 5000; ++i) {
        put(state, {numbered(i), later, later, 2});
    }
    keeping.now = at(500);
    state.keep(keeping);
    for (unsigned i = 0; i < 4000; ++i) {
        EXPECT_TRUE(get(state, numbered(i))) << "forgotten for a while only, but gone";
    }
    keeping.now = later + clock_may_fall_back;
    state.keep(keeping);
    for (unsigned i = 10000; i < 14000; ++i) {
        put(state, {numbered(i), keeping.now, keeping.now, 2});
    }
    EXPECT_TRUE(get(state, numbered(13999)));
}

TEST_F(StateTest, ARecordWhoseKeyIsTooLongIsTroubleAndNothingElse) {
    FileStore state = open();
    EXPECT_THROW(put(state, {{Kind::triplet, std::string(4000, 'x')}, at(1), at(1), 0}), sys::Trouble);
    EXPECT_TRUE(lines().empty());
    const Record longest{triplet_key("192.0.2.0", std::string(512, '\1'), std::string(512, ' ')), at(1),
                         at(1), 0};
    put(state, longest);
    EXPECT_EQ(get(state, longest.key), longest);
}

// --- many at once ---

constexpr int processes = 64;

// Runs `work` in so many processes at once; true where all of them ended well.
template <typename Work>
bool all_at_once(const Work& work) {
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            work(static_cast<unsigned>(i));
            _exit(0);
        }
        children.push_back(child);
    }
    bool is_well = true;
    for (const pid_t child : children) {
        int status = 0;
        is_well = waitpid(child, &status, 0) == child && status == 0 && is_well;
    }
    return is_well;
}

TEST_F(StateTest, NoCountOfManyProcessesIsLostFromTheFirstMomentOn) {
    constexpr unsigned rounds = 50;
    const Key key = client_key("192.0.2.1");
    ASSERT_TRUE(all_at_once([&](unsigned number) {
        for (unsigned i = 0; i < rounds; ++i) {
            FileStore state = open(); // the first of them all make the file
            state.update(key, [&](const std::optional<Record>& seen) {
                return Record{key, at(5), at(5), seen ? seen->count + 1 : 1};
            });
            put(state, {numbered(number * rounds + i), at(1), at(1), 1});
        }
    }));
    FileStore state = open();
    EXPECT_EQ(get(state, key)->count, processes * rounds);
    EXPECT_EQ(lines().size(), processes * rounds + 1);
    EXPECT_TRUE(findings().empty());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory()), {}), 1);
}

TEST_F(StateTest, OneOfManyThatRaceIsTheFirst) {
    ASSERT_TRUE(all_at_once([&](unsigned number) {
        FileStore state = open();
        state.update(numbered(1), [&](const std::optional<Record>& seen) {
            return Record{numbered(1), seen ? seen->first : at(number + 1), at(number + 1),
                          seen ? seen->count + 1 : 1};
        });
    }));
    FileStore state = open();
    EXPECT_EQ(get(state, numbered(1))->count, processes);
}

TEST_F(StateTest, PagesAddedByManyAtOnceAllHaveTheirParents) {
    constexpr unsigned rounds = 200;
    ASSERT_TRUE(all_at_once([&](unsigned number) {
        FileStore state = number % 2 == 1 ? open_to_stay() : open();
        for (unsigned i = 0; i < rounds; ++i) {
            put(state, {numbered(number * rounds + i), at(1), at(1), 1});
        }
    }));
    EXPECT_EQ(lines().size(), processes * rounds);
    const Checked checked = check(path(), [](unsigned) {});
    EXPECT_TRUE(checked.findings.empty());
    EXPECT_TRUE(checked.remarks.empty());
}

} // namespace
} // namespace store
