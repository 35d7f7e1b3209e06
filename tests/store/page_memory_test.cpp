// What is known of pages: enough to go past those that lack a key, and never past one that has it.
#include "store/file/page_memory.hpp"

#include "store/temporary_state.hpp"

#include <gtest/gtest.h>

namespace store {
namespace {

// The page 300, as it is read, with so many records from `first` on.
Page page_with(unsigned first, unsigned count) {
    Page page{{.number = 300, .place = {.root = 17}, .children = {400, 500}}};
    for (unsigned i = first; i < first + count; ++i) {
        page.append(line_of({numbered(i), at(1), at(2), 0}));
    }
    return *Page::read(page.bytes());
}

bool is_known_without(PageMemory& memory, unsigned key, const Page& page) {
    const auto* const known = memory.without(numbered(key), page.head.number);
    return known != nullptr && known->mark == page.mark();
}

constexpr std::uint32_t in_no_term = 0;

void know(PageMemory& memory, const Page& page) {
    memory.learn(page, in_no_term);
}

TEST(PageMemory, KnowsAPageThatItLearnt) {
    const Page page = page_with(0, 20);
    PageMemory memory;
    EXPECT_FALSE(is_known_without(memory, 1000, page));
    know(memory, page);
    const auto* const known = memory.without(numbered(1000), 300);
    ASSERT_NE(known, nullptr);
    EXPECT_EQ(known->head.place, page.head.place);
    EXPECT_EQ(known->head.children, page.head.children);
    EXPECT_EQ(known->room, page.room());
    EXPECT_EQ(known->mark, page.mark());
}

TEST(PageMemory, OfTwoPagesThatShareAPlaceTheOneNearerToTheRootStays) {
    constexpr PageNumber places = 32768;
    const auto page = [](PageNumber number, unsigned depth) {
        Page made{{.number = number, .place = {.root = 17, .depth = depth}}};
        made.append(line_of({numbered(0), at(1), at(2), 0}));
        return *Page::read(made.bytes());
    };
    PageMemory memory;
    const Page near = page(300, 3);
    const Page far = page(300 + places, 4);
    const Page nearest = page(300 + 2 * places, 2);
    know(memory, far);
    EXPECT_TRUE(is_known_without(memory, 1000, far));
    know(memory, near);
    EXPECT_TRUE(is_known_without(memory, 1000, near));
    EXPECT_FALSE(is_known_without(memory, 1000, far));
    know(memory, far);
    EXPECT_TRUE(is_known_without(memory, 1000, near));
    know(memory, nearest);
    EXPECT_TRUE(is_known_without(memory, 1000, nearest));
    EXPECT_FALSE(is_known_without(memory, 1000, near));
}

TEST(PageMemory, NeverGoesPastAKeyThatThePageHasAndSeldomStopsForAnother) {
    const Page page = page_with(0, 45);
    PageMemory memory;
    know(memory, page);
    for (unsigned i = 0; i < 45; ++i) {
        EXPECT_FALSE(is_known_without(memory, i, page)) << i;
    }
    unsigned in_vain = 0;
    for (unsigned i = 1000; i < 2000; ++i) {
        in_vain += is_known_without(memory, i, page) ? 0 : 1;
    }
    EXPECT_LT(in_vain, 30);
}

TEST(PageMemory, KnowsNothingOfAPageThatHasChangedUntilItIsLearntAgain) {
    const Page before = page_with(0, 20);
    const Page after = page_with(0, 21);
    PageMemory memory;
    know(memory, before);
    EXPECT_FALSE(is_known_without(memory, 1000, after));
    know(memory, after);
    EXPECT_TRUE(is_known_without(memory, 1000, after));
    EXPECT_FALSE(is_known_without(memory, 1000, before));
    EXPECT_FALSE(is_known_without(memory, 20, after));
}

TEST(PageMemory, FollowsItsOwnWritingButNotOverAnotherProcesss) {
    const Page before = page_with(0, 20);
    const Page others = page_with(0, 21);
    PageMemory memory;
    know(memory, before);
    memory.renew(others, before.mark(), numbered(20).text, 7);
    EXPECT_TRUE(is_known_without(memory, 1000, others));
    EXPECT_FALSE(is_known_without(memory, 20, others));
    EXPECT_FALSE(is_known_without(memory, 19, others));

    const Page later = page_with(0, 30);
    memory.renew(later, before.mark(), numbered(29).text, 7);
    EXPECT_FALSE(is_known_without(memory, 1000, later));
}

TEST(PageMemory, HasSeenAPageInTheTermInWhichItWasReadOrWrittenUntilItIsWrittenAgain) {
    const Page page = page_with(0, 20);
    PageMemory memory;
    know(memory, page);
    EXPECT_EQ(memory.without(numbered(1000), 300)->term, 0U)
        << "it was read, and may have been written since";
    memory.learn(page, 6);
    EXPECT_EQ(memory.without(numbered(1000), 300)->term, 6U);
    memory.renew(page, page.mark(), numbered(20).text, 7);
    EXPECT_EQ(memory.without(numbered(1000), 300)->term, 7U);
    memory.doubt(300);
    EXPECT_EQ(memory.without(numbered(1000), 300)->term, 0U);
    memory.doubt(301); // of which it knows nothing
    EXPECT_EQ(memory.without(numbered(1000), 301), nullptr);
}

TEST(PageMemory, ForgetsWhatCameAndWentWhereItLearnsThePageAgain) {
    const Page page = page_with(0, 20);
    PageMemory memory;
    know(memory, page);
    for (unsigned i = 0; i < 5000; ++i) {
        memory.renew(page, page.mark(), numbered(i).text, 7);
    }
    EXPECT_FALSE(is_known_without(memory, 10'000, page));
    know(memory, page);
    EXPECT_TRUE(is_known_without(memory, 10'000, page));
}

} // namespace
} // namespace store
