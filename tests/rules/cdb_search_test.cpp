// Searches beside tinycdb's own, in files that tinycdb made: keys and values of all sizes, several records
// under a key, keys that are not there, tables whose searches run over their end.
#include "rules/cdb_search.hpp"
#include "rules/workshop.hpp"
#include "system/trouble.hpp"
#include "thorough.hpp"

#include <cdb.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

class Tinycdb {
  public:
    explicit Tinycdb(const std::string& path) : file_(::open(path.c_str(), O_RDONLY)) {
        EXPECT_EQ(cdb_init(&cdb_, file_.number()), 0);
    }
    Tinycdb(const Tinycdb&) = delete;
    Tinycdb& operator=(const Tinycdb&) = delete;
    ~Tinycdb() { cdb_free(&cdb_); }

    std::vector<std::string> values(const std::string& key) {
        std::vector<std::string> found;
        struct cdb_find search = {};
        EXPECT_GE(cdb_findinit(&search, &cdb_, key.data(), static_cast<unsigned>(key.size())), 0);
        while (cdb_findnext(&search) > 0) {
            found.emplace_back(static_cast<const char*>(cdb_getdata(&cdb_)), cdb_datalen(&cdb_));
        }
        return found;
    }

  private:
    sys::Descriptor file_;
    cdb cdb_{};
};

std::vector<std::string> values(const rules::CdbSearch& cdb, const std::string& key) {
    std::vector<std::string> found;
    cdb.find(key, [&](const rules::CdbSearch::Record& record) {
        EXPECT_EQ(record.key, key);
        found.emplace_back(record.value);
        return false;
    });
    return found;
}

// Most are short, some longer than what is read at once.
std::string text(std::mt19937& random) {
    constexpr std::array<std::size_t, 8> sizes{0, 1, 10, 30, 100, 500, 600, 5000};
    std::string text(std::uniform_int_distribution<std::size_t>{0, sizes.at(random() % sizes.size())}(random),
                     '\0');
    std::generate(text.begin(), text.end(), [&] { return static_cast<char>('a' + random() % 26); });
    return text;
}

Entries entries(std::size_t count, std::mt19937& random) {
    Entries entries;
    while (entries.size() < count) {
        const bool is_repeated = !entries.empty() && random() % 10 == 0;
        std::string key = is_repeated ? entries[random() % entries.size()].first : text(random);
        entries.emplace_back(std::move(key), text(random));
    }
    return entries;
}

TEST(CdbSearch, FindsWhatTinycdbFinds) {
    std::mt19937 random{7};
    const Workshop workshop;
    const std::string path = workshop.path("some.cdb");
    for (const std::size_t count : {1U, 3U, 40U, 2000U / tests::every}) {
        const auto made = entries(count, random);
        make_cdb(path, made);
        Tinycdb theirs{path};
        rules::CdbSearch ours{path};
        rules::CdbSearch staying{path};
        staying.stay();
        for (std::size_t i = 0; i < made.size() + 500; ++i) {
            const std::string key = i < made.size() ? made[i].first : text(random);
            EXPECT_EQ(values(ours, key), theirs.values(key));
            EXPECT_EQ(values(staying, key), theirs.values(key));
            EXPECT_TRUE(ours.is_sound(key));
            EXPECT_TRUE(staying.is_sound(key));
            const std::string before = made[random() % made.size()].first; // what was read for it may be kept
            EXPECT_EQ(values(staying, before), theirs.values(before));
        }
    }
}

TEST(CdbSearch, StopsWhereItIsToldTo) {
    const Workshop workshop;
    make_cdb(workshop.path("some.cdb"), {{"key", "first"}, {"key", "second"}});
    const rules::CdbSearch cdb{workshop.path("some.cdb")};
    std::vector<std::string> seen;
    cdb.find("key", [&](const rules::CdbSearch::Record& record) {
        seen.emplace_back(record.value);
        return true;
    });
    EXPECT_EQ(seen, std::vector<std::string>{"first"});
}

TEST(CdbSearch, OfAnEmptyFileFindsNothing) {
    const Workshop workshop;
    make_cdb(workshop.path("empty.cdb"), {});
    const rules::CdbSearch cdb{workshop.path("empty.cdb")};
    EXPECT_TRUE(values(cdb, "key").empty());
    EXPECT_TRUE(cdb.is_sound("key"));
}

// A record whose sizes say four gigabytes must not be looked for in memory.
TEST(CdbSearch, ARecordLargerThanAnyIsDamage) {
    const Workshop workshop;
    const std::string path = workshop.path("some.cdb");
    make_cdb(path, {{"key", std::string(70000, 'x')}, {"other", "value"}});
    const rules::CdbSearch cdb{path};
    EXPECT_THROW(values(cdb, "key"), sys::Trouble);
    EXPECT_FALSE(cdb.is_sound("key"));
    EXPECT_EQ(values(cdb, "other"), std::vector<std::string>{"value"});
}

TEST(CdbSearch, AFileCutWhileItIsOpenIsTrouble) {
    const Workshop workshop;
    const std::string path = workshop.path("some.cdb");
    std::mt19937 random{8};
    const auto made = entries(100, random);
    make_cdb(path, made);
    const rules::CdbSearch cdb{path};
    ASSERT_EQ(::truncate(path.c_str(), 5000), 0);
    EXPECT_THROW(values(cdb, made.back().first), sys::Trouble);
}

} // namespace
