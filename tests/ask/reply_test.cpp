#include "ask/reply.hpp"

#include <gtest/gtest.h>

namespace ask {
namespace {

TEST(Reply, EndsAtItsFirstEmptyLine) {
    EXPECT_EQ(reply_length("action=DUNNO\n\n"), 14);
    EXPECT_EQ(reply_length("action=DUNNO\r\n\r\n"), 16);
    EXPECT_EQ(reply_length("action=DUNNO\n\naction=REJECT\n\n"), 14);
    EXPECT_EQ(reply_length("\naction=DUNNO\n\n"), 1);
    EXPECT_EQ(reply_length("\r\n"), 2);
}

TEST(Reply, IsNotWholeBeforeThat) {
    constexpr std::string_view whole = "action=DUNNO\r\nx=y\r\n\r\n";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(reply_length(whole.substr(0, length))) << length;
    }
    EXPECT_FALSE(reply_length("action=DUNNO\n\r"));
    EXPECT_FALSE(reply_length("action=DUNNO\n \n"));
}

TEST(Reply, HasOneAction) {
    struct Row {
        const char* bytes;
        const char* action;
    };
    for (const Row& row : {
             Row{"action=DUNNO\n\n", "DUNNO"},
             Row{"action=450 4.7.1 wait = wait\n\n", "450 4.7.1 wait = wait"},
             Row{"action=REJECT no\r\n\r\n", "REJECT no"},
             Row{"x=1\naction=OK\nlong-name_2.x=\n\n", "OK"},
             Row{"action=PREPEND X-A:\tb\n\n", "PREPEND X-A: b"},
             Row{"action=\n\n", ""},
             Row{"action=REJECT j\xc3\xb6rg \xe4\n\n", "REJECT j\xc3\xb6rg ?"},
         }) {
        const Reply reply = parse_reply(row.bytes);
        EXPECT_EQ(reply.wrong, "") << row.bytes;
        EXPECT_EQ(reply.action, row.action);
    }
}

TEST(Reply, IsWrongOtherwise) {
    struct Row {
        std::string_view bytes;
        const char* wrong;
    };
    using namespace std::string_view_literals;
    for (const Row& row : {
             Row{"\n", "no action"},
             Row{"x=1\n\naction=OK\n\n", "no action"},
             Row{"Action=OK\n\n", "no action"},
             Row{" action=OK\n\n", "no name=value: \"%20action%3DOK\""},
             Row{"=OK\n\n", "no name=value: \"=OK\""},
             Row{"OK\n\n", "no name=value: \"OK\""},
             Row{"action=OK\nX-Header: a=b\n\n", "no name=value: \"X-Header:%20a=b\""},
             Row{"action=OK\naction=OK\n\n", "a second action: \"action%3DOK\""},
             Row{"action=OK\ra\n\n", "a control byte: \"action%3DOK?a\""},
             Row{"action=OK\r\r\n\n", "a control byte: \"action%3DOK?\""},
             Row{"x=\0\naction=OK\n\n"sv, "a control byte: \"x=?\""},
             Row{"action=OK\x7f\n\n", "a control byte: \"action%3DOK?\""},
         }) {
        const Reply reply = parse_reply(row.bytes);
        EXPECT_EQ(reply.wrong, row.wrong);
        EXPECT_EQ(reply.action, "");
    }
}

TEST(Reply, IsQuotedInShort) {
    EXPECT_EQ(parse_reply(std::string(5000, 'x') + "\n\n").wrong,
              "no name=value: \"" + std::string(97, 'x') + "...\"");
}

} // namespace
} // namespace ask
