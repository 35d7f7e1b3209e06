#include "store/file/page.hpp"

#include "system/lines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace store {

using namespace greylist;

namespace {

std::string written(Page& page) {
    return {page.bytes().data(), page_size};
}

TEST(Page, AFirstLineThatBecameShorterHasBlanksBehindItsWords) {
    const Place place{.root = 17, .depth = 3, .turns = 0x60000000};
    Page page{{.number = 300, .place = place, .children = {last_page_number, last_page_number}}};
    page.append("T 1700000000 1700000301 000001 192.0.2.0 a@b.example c@d.example");
    ASSERT_TRUE(written(page).starts_with("page 300 17/011 99999999 99999999  "));
    page.head.children = {0, 0};
    const std::string bytes = written(page);
    EXPECT_EQ(bytes.find_first_not_of(' ', 20), head_size - 90) << bytes.substr(0, head_size);
    Page fresh{page.head};
    fresh.append(page.lines().substr(0, page.lines().size() - 1));
    EXPECT_EQ(bytes, written(fresh)) << "the same page is the same bytes, whatever stood there before";
}

// Its key stands at the end of a line of its kind, and that line has the length that its has; nowhere else.
TEST(Page, OfLinesThatAreAlikeOnlyTheKeysIsFound) {
    const std::string client = "192.0.2.1";
    const std::vector<std::string> lines{"C 000003 1700000000 1192.0.2.1",
                                         "C 000003 1700000000 192.0.2.12",
                                         "I 1700000000 000003 192.0.2.1",
                                         "X 000003 1700000000 192.0.2.1",
                                         "C 000003 1700000000 192.0.2.1.",
                                         "T 1700000000 1700000301 000001 a@b c@d 192.0.2.1",
                                         "W 192.0.2.1",
                                         "192.0.2.1"};
    Page page{{.number = 300, .place = {.root = 17}}};
    EXPECT_TRUE(page.line_with(client_key(client)).empty());
    for (const std::string& line : lines) {
        page.append(line);
    }
    EXPECT_TRUE(page.line_with(client_key(client)).empty());
    const std::string its =
        line_of({client_key(client), sys::Time{}, sys::Time{sys::Seconds{1700000000}}, 3});
    page.append(its);
    page.append("C 000003 1700000000 192.0.2.11");
    EXPECT_EQ(page.line_with(client_key(client)), its);
    EXPECT_EQ(page.line_with(instance_key(client)), "");
    EXPECT_EQ(page.line_with(client_key("1192.0.2.1")), lines[0]);
    EXPECT_EQ(page.line_with(client_key("192.0.2.11")), "C 000003 1700000000 192.0.2.11");
}

TEST(Page, ALineIsWhereItWasOnlyIfItIsTheKeysAndItsBlocksAreWhole) {
    Page page{{.number = 300, .place = {.root = 17}}};
    std::vector<Key> keys;
    for (int i = 0; i < 30; ++i) {
        // Now and then one that lies in three blocks.
        const std::string user = "alice" + std::to_string(i) + std::string(i == 10 ? 700 : 0, 'x');
        keys.push_back(triplet_key("192.0.2.0", user + "@example.net", "bob@example.org"));
        page.append(line_of({keys.back(), sys::Time{sys::Seconds{1}}, sys::Time{sys::Seconds{2}}, 1}));
    }
    const Page::Bytes bytes = page.bytes();
    for (const Key& key : keys) {
        const std::string_view line = page.line_with(key);
        const std::size_t at = page.place_of(line);
        EXPECT_EQ(Page::line_at(at, key, bytes), line);
        EXPECT_EQ(Page::line_at(at, keys.front(), bytes).empty(), key != keys.front());
        for (const std::size_t elsewhere :
             {std::size_t{0}, at - 1, at + 1, at + line.size() + 1, page_size - 1, page_size}) {
            EXPECT_TRUE(Page::line_at(elsewhere, key, bytes).empty()) << elsewhere;
        }
        for (const std::size_t byte :
             {at - 1, at, at + 5, at + line.size() / 2, at + line.size() - 1, at + line.size()}) {
            Page::Bytes damaged = bytes;
            damaged.at(byte) ^= 1;
            EXPECT_TRUE(Page::line_at(at, key, damaged).empty()) << byte;
        }
    }
}

TEST(Page, TheLinesOfATextThatLacksItsLastNewlineComeToAnEnd) {
    std::string_view text{"a\n\nb"};
    EXPECT_EQ(sys::take_until(text, '\n'), "a");
    EXPECT_EQ(sys::take_until(text, '\n'), "");
    EXPECT_EQ(sys::take_until(text, '\n'), "b");
    EXPECT_TRUE(text.empty());
}

} // namespace
} // namespace store
