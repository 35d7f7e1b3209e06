#include "store/file/page.hpp"

#include "system/lines.hpp"

#include <gtest/gtest.h>

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

TEST(Page, TheLinesOfATextThatLacksItsLastNewlineComeToAnEnd) {
    std::string_view text{"a\n\nb"};
    EXPECT_EQ(sys::take_until(text, '\n'), "a");
    EXPECT_EQ(sys::take_until(text, '\n'), "");
    EXPECT_EQ(sys::take_until(text, '\n'), "b");
    EXPECT_TRUE(text.empty());
}

} // namespace
} // namespace store
