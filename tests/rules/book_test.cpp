// What a compiled file is made of: the same bytes for the same sources, and no more of them than a CDB can hold; and
// which entries never match.
#include "rules/compiled.hpp"
#include "rules/workshop.hpp"
#include "system/trouble.hpp"

#include <cstdint>
#include <sstream>

namespace {

std::string bytes_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

// Made of the file that `workshop` calls "rules".
std::string compiled(const Workshop& workshop, std::uint64_t largest = rules::Book::largest_file) {
    rules::Compiler compiler{largest};
    compiler.write_to(workshop.path("rules.cdb"));
    rules::read_rules(workshop.path("rules"), compiler);
    compiler.finish();
    compiler.commit();
    return bytes_of(workshop.path("rules.cdb"));
}

// Some under one key, told apart by their expressions.
std::string line(std::size_t number) {
    const std::string n = std::to_string(number);
    return number % 3 == 0 ? "client /^mail" + n + R"(\.example\.org$/ pass)"
                           : "client mail" + n + ".example.org pass";
}

// Records of so many are made by another thread.
constexpr std::size_t many = 20'000;

std::string rules_of(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += line(i) + '\n';
    }
    return text;
}

TEST(Book, ItsRecordsStandInTheOrderOfWritingBeforeTheIndex) {
    const Workshop workshop;
    workshop.write("rules", rules_of(many));
    compiled(workshop);
    const rules::Compiled file{workshop.path("rules.cdb")};
    std::size_t count = 0;
    file.each([&](const rules::Compiled::Record& record) {
        ++count;
        EXPECT_TRUE(record.value.starts_with(workshop.path("rules:") + std::to_string(count) + ' '))
            << record.value;
    });
    EXPECT_EQ(count, many);
}

TEST(Book, RepeatsLeaveNoTrace) {
    const Workshop workshop;
    std::string repeated;
    std::string once;
    for (std::size_t i = 0; i < 3000; ++i) {
        const bool is_repeat = i > 1000 && i % 7 != 0;
        repeated += line(is_repeat ? i % 1000 : i) + '\n';
        once += is_repeat ? "#\n" : line(i) + '\n';
    }
    workshop.write("rules", repeated);
    const std::string without = compiled(workshop);
    EXPECT_TRUE(without == compiled(workshop)); // and again
    workshop.write("rules", once);
    EXPECT_TRUE(without == compiled(workshop));
}

TEST(Book, TheWindowOfARepeatDoesNotCount) {
    const Workshop workshop;
    workshop.write("rules",
                   "client .a.example greylist retry-window=3h\nclient .b.example greylist retry-window=5h\n"
                   "client .a.example greylist retry-window=9h\n");
    compiled(workshop);
    EXPECT_EQ(rules::Table{workshop.path("rules.cdb")}.longest_retry_window(), sys::Seconds{5 * 3600});
}

TEST(Book, EachRepeatNamesTheFirstOfItsKind) {
    Workshop workshop;
    std::string text;
    std::string complaints;
    for (std::size_t i = 0; i < 6000; ++i) {
        const bool is_repeat = i > 1000 && i % 7 != 0;
        const std::size_t first = is_repeat ? i % 1000 : i;
        text += line(first) + '\n';
        const std::string patterns = line(first).substr(0, line(first).rfind(' '));
        complaints += is_repeat ? "rules:" + std::to_string(i + 1) + ": warning: " + patterns +
                                      ": never matches: " + workshop.path("rules:") +
                                      std::to_string(first + 1) + " says it first\n"
                                : "";
    }
    workshop.rules(text);
    EXPECT_EQ(workshop.complaints(), complaints);
}

TEST(Book, AFileMayBeAsLargeAsACdbCanBeAndNotAByteLarger) {
    for (const std::size_t count : {std::size_t{2}, many}) {
        const Workshop workshop;
        workshop.write("rules", rules_of(count));
        const std::string whole = compiled(workshop);
        EXPECT_EQ(compiled(workshop, whole.size()), whole);
        std::filesystem::remove(workshop.path("rules.cdb"));
        for (const std::uint64_t largest :
             {std::uint64_t{whole.size() - 1}, std::uint64_t{2100}, std::uint64_t{0}}) {
            try {
                compiled(workshop, largest);
                ADD_FAILURE() << largest;
            } catch (const sys::Trouble& trouble) {
                EXPECT_STREQ(trouble.what(),
                             "make a CDB of these entries: more than the 4 GiB that it can hold");
            }
            EXPECT_FALSE(std::filesystem::exists(workshop.path("rules.cdb")));
        }
    }
}

// /dev/full takes nothing.
TEST(Book, AFullDiskIsTroubleThatSaysSo) {
    for (const std::size_t count : {std::size_t{2}, many}) {
        const Workshop workshop;
        workshop.write("rules", rules_of(count));
        const sys::Descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
        rules::Compiler compiler;
        compiler.book().write_to(full.number(), "rules.cdb");
        try {
            rules::read_rules(workshop.path("rules"), compiler);
            compiler.finish();
            ADD_FAILURE();
        } catch (const sys::Trouble& trouble) {
            EXPECT_STREQ(trouble.what(), "write rules.cdb: No space left on device");
        }
    }
}

} // namespace
