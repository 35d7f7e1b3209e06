#include "store/file/page.hpp"

#include "store/temporary_state.hpp"
#include "system/lines.hpp"

#include <gtest/gtest.h>

#include <random>
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

// Sums are made anew where something has changed.
TEST(Page, HoweverItCameToItsLinesItIsWrittenAsIfTheyHadAllComeAtOnce) {
    std::mt19937 random(5); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same history each time
    Page page{{.number = 300, .place = {.root = 17}, .children = {400, 500}}};
    const auto line = [&] {
        return line_of({numbered(static_cast<unsigned>(random() % 5000)), at(1), at(9), 0});
    };
    const auto one_of_its_lines = [&] {
        const std::string_view lines = page.lines();
        std::string_view rest = lines.substr(lines.substr(0, random() % lines.size()).rfind('\n') + 1);
        return sys::take_until(rest, '\n');
    };
    for (int i = 0; i < 3000; ++i) {
        const auto act = random() % 6;
        if (const std::string text = line(); act < 2 && text.size() < page.room()) {
            page.append(text);
        } else if (act == 2 && !page.lines().empty() && page.room() > 100) {
            page.replace(one_of_its_lines(), text);
        } else if (act == 3 && !page.lines().empty()) {
            page.erase(one_of_its_lines());
        } else if (act == 4) {
            page = *Page::read(page.bytes());
        } else {
            page.head.children.at(1) = static_cast<PageNumber>(random() % 1000);
        }
        if (random() % 4 == 0) {
            Page fresh{page.head};
            for (std::string_view rest = page.lines(); !rest.empty();) {
                fresh.append(sys::take_until(rest, '\n'));
            }
            ASSERT_EQ(page.bytes(), fresh.bytes()) << i;
        }
        if (i % 500 == 499) { // all may go but a few
            page.erase_if([&](std::string_view) { return random() % 8 != 0; });
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
