// What a CDB is made of, compared with tinycdb's own.
#include "rules/cdb_maker.hpp"
#include "rules/workshop.hpp"
#include "system/descriptor.hpp"
#include "system/trouble.hpp"

#include <cdb.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <random>
#include <utility>

namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view first_key = "first";
constexpr std::string_view first_value = "of all";

// A file in memory.
class Memory {
  public:
    [[nodiscard]] int number() const { return file_.number(); }
    [[nodiscard]] std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream{"/proc/self/fd/" + std::to_string(number()), std::ios::binary}.rdbuf();
        return text.str();
    }

  private:
    sys::Descriptor file_{::memfd_create("cdb", 0)};
};

rules::CdbMaker::Place add(rules::CdbMaker& maker, std::string_view key, std::string_view value) {
    char* const record = maker.start(key.size() + value.size());
    std::copy(value.begin(), value.end(), std::copy(key.begin(), key.end(), record));
    return maker.finish(key.size(), value.size());
}

std::string written(rules::CdbMaker& maker) {
    const Memory file;
    maker.write(file.number(), "memory", {first_key, first_value});
    return file.bytes();
}

std::string made_of(const Records& records) {
    rules::CdbMaker maker;
    for (const auto& [key, value] : records) {
        add(maker, key, value);
    }
    return written(maker);
}

std::string made_by_tinycdb(const Records& records) {
    const Memory file;
    cdb_make make{};
    cdb_make_start(&make, file.number());
    const auto put = [&](std::string_view key, std::string_view value) {
        cdb_make_add(&make, key.data(), static_cast<unsigned>(key.size()), value.data(),
                     static_cast<unsigned>(value.size()));
    };
    put(first_key, first_value);
    for (const auto& [key, value] : records) {
        put(key, value);
    }
    cdb_make_finish(&make);
    return file.bytes();
}

// Of all sizes, some keys more than once; 5,000 of them fill more than one block.
Records some_records(std::size_t count) {
    std::mt19937 chance{5}; // NOLINT: the same each time
    Records records;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string key(chance() % 40, static_cast<char>('a' + chance() % 5));
        records.emplace_back(key, std::string(chance() % (i % 20 == 0 ? 100'000 : 100), 'v'));
    }
    return records;
}

TEST(CdbMaker, ItsFileIsTinycdbs) {
    for (const std::size_t count : {0U, 1U, 2U, 300U, 5000U}) {
        const Records records = some_records(count);
        EXPECT_TRUE(made_of(records) == made_by_tinycdb(records)) << count;
    }
}

TEST(CdbMaker, ItsHashIsTinycdbs) {
    for (const std::string_view text : {"", "a", "client .example.org", "\xff\x80 \x7f"}) {
        EXPECT_EQ(rules::cdb_hash_of(text), cdb_hash(text.data(), static_cast<unsigned>(text.size())));
        EXPECT_EQ(rules::cdb_hash_of(text.substr(text.size() / 2),
                                     rules::cdb_hash_of(text.substr(0, text.size() / 2))),
                  rules::cdb_hash_of(text));
    }
}

TEST(CdbMaker, WhatWasRemovedLeavesNoTrace) {
    for (const unsigned every : {1U, 2U, 7U, 1000U}) {
        rules::CdbMaker maker;
        std::vector<rules::CdbMaker::Place> removed;
        Records kept;
        for (const auto& [key, value] : some_records(3000)) {
            const auto place = add(maker, key, value);
            if (place % every == 0) {
                removed.insert(removed.begin(), place); // in any order
            } else {
                kept.emplace_back(key, value);
            }
        }
        maker.remove(removed);
        kept.emplace_back("more", "behind");
        const auto place = add(maker, "more", "behind");
        EXPECT_EQ(maker.at(place).record().value, "behind");
        EXPECT_TRUE(written(maker) == made_of(kept)) << every;
    }
}

TEST(CdbMaker, WhatWasWrittenEarlyAndRemovedLeavesNoTrace) {
    for (const std::size_t kept_of_1000 : {0U, 1U, 999U}) {
        const Memory file;
        rules::CdbMaker maker;
        const auto size_of_first = [] { return rules::CdbMaker::size_of({first_key, first_value}); };
        maker.write_early(file.number(), "memory", size_of_first);
        std::vector<rules::CdbMaker::Place> removed;
        Records kept;
        std::size_t number = 0;
        for (const auto& [key, value] : some_records(60'000)) {
            const auto place = add(maker, key, value);
            if (++number % 1000 >= kept_of_1000) {
                removed.push_back(place);
            } else {
                kept.emplace_back(key, value);
            }
        }
        const std::size_t written_early = file.bytes().size();
        EXPECT_GT(written_early, 500'000U);
        maker.remove(removed);
        maker.write(file.number(), "memory", {first_key, first_value});
        EXPECT_TRUE(file.bytes() == made_of(kept)) << kept_of_1000;
    }
}

// The trouble with a file of at most `largest` bytes; empty where there is none.
std::string trouble_within(std::uint64_t largest, const Records& records) {
    const Memory file;
    try {
        rules::CdbMaker maker{largest};
        for (const auto& [key, value] : records) {
            add(maker, key, value);
        }
        maker.write(file.number(), "memory", {first_key, first_value});
        return "";
    } catch (const sys::Trouble& trouble) {
        EXPECT_EQ(file.bytes(), "");
        return trouble.what();
    }
}

TEST(CdbMaker, AFileMayBeAsLargeAsACdbCanBeAndNotAByteLarger) {
    const Records records = some_records(300);
    const std::size_t size = made_of(records).size();
    const std::string trouble = "make a CDB of these entries: more than the 4 GiB that it can hold";
    EXPECT_EQ(trouble_within(size, records), "");
    EXPECT_EQ(trouble_within(size - 1, records), trouble);
    EXPECT_EQ(trouble_within(size / 2, records), trouble);
    EXPECT_EQ(trouble_within(0, records), trouble);
}

TEST(Compiler, EntriesBeyondWhatACdbCanHoldAreTroubleBeforeAnythingIsWritten) {
    const Workshop workshop;
    workshop.write("rules", "client 192.0.2.1 pass\nclient 192.0.2.2 pass\nclient 192.0.2.1 pass\n");
    const auto finish_within = [&](std::uint64_t largest) {
        rules::Compiler compiler{largest};
        rules::read_rules(workshop.path("rules"), compiler);
        compiler.finish();
    };
    EXPECT_NO_THROW(finish_within(4096));
    EXPECT_THROW(finish_within(2100), sys::Trouble);
    EXPECT_THROW(finish_within(100), sys::Trouble);
}

} // namespace
