#include "rules/lines.hpp"

#include "system/trouble.hpp"
#include "workshop.hpp"

#include <sys/stat.h>

#include <thread>

namespace {

using rules::Comments;

class LinesTest : public ::testing::Test {
  protected:
    Workshop shop;
    rules::Complaints complaints;

    // Each with its number.
    std::vector<std::string> read(std::string_view name, Comments comments = Comments::of_whole_lines) {
        std::vector<std::string> read;
        rules::read_lines(shop.path(name), comments, complaints, [&](const rules::Line& line) {
            read.push_back(std::to_string(line.source.line) + ' ' + std::string(line.text));
        });
        return read;
    }
};

TEST_F(LinesTest, AreWholeWhereverAReadEnds) {
    constexpr std::size_t count = 20'000; // some MiB
    std::string text;
    std::vector<std::string> expected;
    for (std::size_t number = 1; number <= count; ++number) {
        const std::string line = std::to_string(number) + std::string(number * 7919 % 401, 'x');
        text += line + '\n';
        expected.push_back(std::to_string(number) + ' ' + line);
    }
    shop.write("lines", text);
    EXPECT_EQ(read("lines"), expected);

    const std::string fifo = shop.path("fifo"); // gives what was written so far
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    std::thread writer([&] { shop.write("fifo", text); });
    EXPECT_EQ(read("fifo"), expected);
    writer.join();
    EXPECT_TRUE(complaints.lines().empty());
}

TEST_F(LinesTest, TheLastNeedsNoNewline) {
    shop.write("lines", "one\n\n \t\r\n# two\nthree # and more\r\nfour");
    EXPECT_EQ(read("lines"), (std::vector<std::string>{"1 one", "5 three # and more", "6 four"}));
    EXPECT_EQ(read("lines", Comments::to_the_end_of_line),
              (std::vector<std::string>{"1 one", "5 three", "6 four"}));
    shop.write("lines", "");
    EXPECT_TRUE(read("lines").empty());
}

TEST_F(LinesTest, OneThatIsLongerThanAReadIsAComplaint) {
    shop.write("lines", "one\n" + std::string(3'000'000, 'x') + "\nthree\n" + std::string(3'000'000, 'y'));
    EXPECT_EQ(read("lines"), (std::vector<std::string>{"1 one", "3 three"}));
    const std::vector<std::string> sorted = complaints.lines();
    ASSERT_EQ(sorted.size(), 2U);
    EXPECT_NE(sorted[0].find(":2: a line of 3000000 bytes: expected at most 8192"), std::string::npos);
    EXPECT_NE(sorted[1].find(":4: a line of 3000000 bytes: expected at most 8192"), std::string::npos);
}

TEST_F(LinesTest, AFileThatCannotBeReadIsTrouble) {
    EXPECT_THROW(read("missing"), sys::Trouble);
    EXPECT_THROW(read("."), sys::Trouble);
}

} // namespace
