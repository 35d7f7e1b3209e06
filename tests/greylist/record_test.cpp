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
    const Record weight{weight_key("ham", {"192.0.2.1", "b.example"}),
                        at(1700000000),
                        at(1700000301),
                        60,
                        at(1700000001),
                        at(1702592301),
                        -61000};
    EXPECT_EQ(line_of(weight),
              "W 1700000000 1700000301 000060 1700000001 1702592301 -0000061000 ham 192.0.2.1 b.example");
    EXPECT_EQ(line_of(weight).size(), line_size(weight.key));
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
    const Record weight{weight_key("ham", {"192.0.2.1", ""}), at(1), at(2), 3, at(4), at(5), -6};
    const Record heavy{weight_key("list", {"x.example"}), at(1), at(2), 999999, at(4), at(5), 9'999'999'999};
    for (const Record& record : {triplet, client, hashed, weight, heavy}) {
        EXPECT_EQ(record_of(line_of(record)), record);
        EXPECT_EQ(line_of(record).size(), line_size(record.key));
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

TEST(Field, WhatIsTooLongIsItsSumAndItsEnd) {
    const std::string longest(longest_field, 'a');
    EXPECT_EQ(in_key(longest), longest);
    EXPECT_EQ(in_key(std::string(longest_field / 3, '%')).size(), longest_field / 3 * 3);
    EXPECT_EQ(in_key("a" + longest),
              "%~d96debf1bdcbc896e6c1~" + longest.substr(23)); // printf a%.0s … | sha1sum
    // An escape, and a character, that would be cut are left out.
    for (const std::string& unit : {std::string{"%"}, std::string{"\x01"}, std::string{"\u20AC"},
                                    std::string{"\U0001F600"}, std::string{"a%\u00e4 "}}) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            std::string field = std::string(shift, 'x');
            while (field.size() < 3 * longest_field) {
                field += unit;
            }
            field.append(shift, 'y');
            const std::string text = in_key(field);
            EXPECT_LE(text.size(), longest_field);
            EXPECT_GT(text.size(), longest_field - 6);
            EXPECT_TRUE(field.ends_with(unescaped(text.substr(text.find('~', 2) + 1)))) << text;
            EXPECT_EQ(escaped(unescaped(text.substr(23))), text.substr(23)) << text;
        }
    }
}

// Nobody can say the name that another's long name has.
TEST(Field, NoOtherNameBecomesTheSameAsATooLongOne) {
    const std::string text = in_key(std::string(500, 'a'));
    EXPECT_NE(in_key(text), text);
    EXPECT_NE(in_key(unescaped(text)), text);
}

TEST(Field, AKeyGivesItsFieldsBack) {
    const std::vector<std::string> fields{"192.0.2.0", "", "a b@c.example"};
    EXPECT_EQ(fields_of(triplet_key(fields[0], fields[1], fields[2])), fields);
}

} // namespace
} // namespace greylist
