#include "greylist/record.hpp"

#include <gtest/gtest.h>

namespace greylist {
namespace {

Time at(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

TEST(Record, EachKindHasItsLine) {
    EXPECT_EQ(
        line_of({triplet_key("192.0.2.0", "a@b.example", "c@d.example"), at(1700000000), at(1700000301), 1}),
        "T 1700000000 1700000301 000001 192.0.2.0 a@b.example c@d.example");
    EXPECT_EQ(line_of({client_key("192.0.2.1"), at(7), at(1700000301), 5}), "C 000005 1700000301 192.0.2.1");
    EXPECT_EQ(line_of({instance_key("ab12.5f.0"), at(7), at(1700000301), 0}), "I 1700000301 ab12.5f.0");
}

TEST(Record, ALineIsAsLongWhateverItsNumbers) {
    const Key key = client_key("x");
    const std::size_t length = line_of({key, at(0), at(0), 0}).size();
    EXPECT_EQ(line_of({key, at(-5), at(-5), 1}).size(), length);
    EXPECT_EQ(line_of({key, at(99'999'999'999), at(99'999'999'999), 1}).size(), length);
    EXPECT_EQ(line_of({key, at(1), at(1), 1'000'000'000}), "C 999999 0000000001 x");
}

TEST(Record, WhatIsWrittenIsReadAgain) {
    const Record triplet{triplet_key("192.0.2.0", "", "c@d.example"), at(1700000000), at(1700000301), 12};
    const Record client{client_key("2001:db8::1"), at(1700000301), at(1700000301), 5};
    const Record hashed{{Kind::triplet, std::string(40, 'a')}, at(1), at(2), 3};
    for (const Record& record : {triplet, client, hashed}) {
        EXPECT_EQ(record_of(line_of(record)), record);
    }
}

TEST(Record, NearMissesAreNoRecords) {
    for (const char* line :
         {"", "T", "T ", "X 1700000301 key", "I 170000030 key", "I 1700000301", "I 1700000301 ",
          "I 1700000301key", "I 17000003o1 key", "I+1700000301 key", "C 00005 1700000301 192.0.2.1",
          "C 000005 1700000301", "T 1700000000 1700000301 00001 a b c",
          "t 1700000000 1700000301 000001 a b c", "T 1700000000 1700000301  000001 a b c",
          "T -700000000 1700000301 000001 a b c"}) {
        EXPECT_FALSE(record_of(line)) << line;
    }
}

TEST(Field, WhatWouldBreakALineIsEscaped) {
    EXPECT_EQ(escaped("a b"), "a%20b");
    EXPECT_EQ(escaped("100%"), "100%25");
    EXPECT_EQ(escaped("a\nb\t\x7f"), "a%0Ab%09%7F");
    EXPECT_EQ(escaped("j\u00f6rg"), "j\u00f6rg");
    EXPECT_EQ(escaped("\xff"), "%FF");
    EXPECT_EQ(escaped("\u0085\u2028"), "%C2%85%E2%80%A8");
}

TEST(Field, TheNullSenderCanBeSeenAndToldFromItsLookalike) {
    EXPECT_EQ(escaped(""), "<>");
    EXPECT_EQ(escaped("<>"), "%3C%3E");
    EXPECT_EQ(unescaped("<>"), "");
}

TEST(Field, EveryPairOfBytesComesBack) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string field{static_cast<char>(first), static_cast<char>(second)};
            ASSERT_EQ(unescaped(escaped(field)), field);
            ASSERT_EQ(escaped(field).find_first_of(" \n"), std::string::npos);
        }
    }
}

TEST(Field, AKeyGivesItsFieldsBack) {
    const std::vector<std::string> fields{"192.0.2.0", "", "a b@c.example"};
    EXPECT_EQ(fields_of(triplet_key(fields[0], fields[1], fields[2])), fields);
}

} // namespace
} // namespace greylist
