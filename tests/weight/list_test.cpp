#include "weight/list.hpp"

#include "settings/wrong_value.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace weight {
namespace {

Listing answer(const char* line, std::initializer_list<const char*> texts) {
    std::vector<sys::Address> addresses;
    for (const char* text : texts) {
        addresses.push_back(*sys::Address::parse(text));
    }
    return judge(parse_list(line), addresses);
}

constexpr const char* plain = "bl.example 4.35 -1.5 EXAMPLE";

TEST(List, IsReadFromFourWords) {
    const List list = parse_list("  bl.example\t4.35   -1.5 EXAMPLE ");
    EXPECT_EQ(list.zone, "bl.example");
    EXPECT_EQ(list.hit, 4.35);
    EXPECT_EQ(list.miss, -1.5);
    EXPECT_EQ(list.name, "EXAMPLE");
}

TEST(List, IsNotReadFromNearMisses) {
    for (const auto* line :
         {"", "bl.example", "bl.example 4.35 -1.5", "bl.example four -1.5 NAME", "bl.example 4 - NAME",
          "bl.example 4 0 NAME 127.0.0", "bl.example 4 0 NAME 127.0.0.", "bl.example 4 0 NAME 127.0.0.[2",
          "bl.example 4 0 NAME 127.0.0.[8..2]", "bl.example 4 0 NAME 127.0.0.256",
          "bl.example 4 0 NAME 127.0.0.2=", "bl.example 4 0 NAME 127.0.0.2=x",
          "bl.example 4 0 NAME 127.0.0.2.3", "bl.example 4 0 NAME 127.0.0.[2]3",
          "bl.example 4 0 NAME 127.0.0.[]", "bl.example 4 0 NAME [2..8]"}) {
        EXPECT_THROW(parse_list(line), settings::WrongValue) << line;
    }
}

TEST(List, AnAnswerInTheLoopbackNetworkLists) {
    EXPECT_EQ(answer(plain, {"127.0.0.2"}).kind, Listing::Kind::listed);
    EXPECT_EQ(answer(plain, {"127.0.0.2"}).score, 4.35);
    EXPECT_EQ(answer(plain, {"127.9.8.7"}).kind, Listing::Kind::listed);
}

TEST(List, NoAnswerAndAnswersFromElsewhereDoNotList) {
    EXPECT_EQ(answer(plain, {}).kind, Listing::Kind::absent);
    EXPECT_EQ(answer(plain, {"192.0.2.1"}).kind, Listing::Kind::absent);
    EXPECT_EQ(answer(plain, {"127.0.0.1"}).kind, Listing::Kind::absent);
    EXPECT_EQ(answer(plain, {"::1"}).kind, Listing::Kind::absent);
}

TEST(List, ItsErrorAnswerIsAFailure) {
    EXPECT_EQ(answer(plain, {"127.255.255.254"}).kind, Listing::Kind::failed);
    EXPECT_EQ(answer(plain, {"127.255.254.2"}).kind, Listing::Kind::listed);
}

TEST(List, AListingBesideAnErrorAnswerCounts) {
    EXPECT_EQ(answer(plain, {"127.255.255.254", "127.0.0.2"}).kind, Listing::Kind::listed);
    EXPECT_EQ(answer(plain, {"127.0.0.2", "127.255.255.254"}).kind, Listing::Kind::listed);
}

TEST(List, OnlyTheAnswersItNamesCount) {
    constexpr const char* masked = "bl.example 4 0 NAME 127.0.0.[2;4..6] 127.[1..2].0.9";
    for (const auto* listed : {"127.0.0.2", "127.0.0.4", "127.0.0.6", "127.1.0.9", "127.2.0.9"}) {
        EXPECT_EQ(answer(masked, {listed}).kind, Listing::Kind::listed) << listed;
    }
    for (const auto* absent : {"127.0.0.3", "127.0.0.7", "127.0.1.2", "127.3.0.9"}) {
        EXPECT_EQ(answer(masked, {absent}).kind, Listing::Kind::absent) << absent;
    }
}

TEST(List, AnAnswerMayHaveItsOwnScore) {
    constexpr const char* weighted =
        "wl.example -1 0 NAME 127.0.[0..255].1=-1.5 127.0.[0..255].2=-2.5 127.0.[0..255].[0..3]";
    EXPECT_EQ(answer(weighted, {"127.0.5.1"}).score, -1.5);
    EXPECT_EQ(answer(weighted, {"127.0.5.2"}).score, -2.5);
    EXPECT_EQ(answer(weighted, {"127.0.5.3"}).score, -1);
}

TEST(List, TheWeightiestOfSeveralAnswersCounts) {
    EXPECT_EQ(answer("bl.example 1 0 NAME 127.0.0.2=3 127.0.0.3=4 127.0.0.4",
                     {"127.0.0.4", "127.0.0.3", "127.0.0.2"})
                  .score,
              4);
}

} // namespace
} // namespace weight
