#include "report/entries.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace report {
namespace {

using sys::Seconds;
using sys::Time;

constexpr Time at{Seconds{1'700'000'000}}; // 2023-11-14T22:13:20Z
constexpr Time written{Seconds{1'700'000'100}};

struct Found {
    Time time;
    std::string text;

    friend bool operator==(const Found&, const Found&) = default;
};

struct Read {
    std::vector<Found> found;
    std::optional<Time> begin;
    std::optional<Time> end;
    std::uint64_t timeless = 0;
};

// Given in pieces of so many bytes, as a file is read.
Read read(const std::string& log, std::size_t piece) {
    setenv("TZ", "UTC", 1);
    tzset();
    Entries entries{written};
    Read result;
    std::string unread;
    for (std::size_t at_byte = 0;; at_byte += piece) {
        const bool is_end = at_byte >= log.size();
        unread += is_end ? "" : log.substr(at_byte, piece);
        std::string_view left = unread;
        while (const auto entry = entries.next(left, is_end)) {
            result.found.push_back({entry->time, std::string{entry->text}});
        }
        unread = std::string{left};
        if (is_end) {
            EXPECT_EQ(unread, "");
            break;
        }
    }
    result.begin = entries.begin();
    result.end = entries.end();
    result.timeless = entries.timeless();
    return result;
}

Read read(const std::string& log) {
    const Read whole = read(log, log.size());
    for (const std::size_t piece : {1U, 7U, 64U}) {
        const Read pieces = read(log, piece);
        EXPECT_EQ(pieces.found, whole.found);
        EXPECT_EQ(pieces.begin, whole.begin);
        EXPECT_EQ(pieces.end, whole.end);
    }
    return whole;
}

TEST(Entries, AreReadInEachFormOfALog) {
    const std::vector<Found> expected{{at, "action=pass"}};
    for (const std::string log :
         {"Nov 14 22:13:20 mx greyonce[1]: action=pass\n", "Nov 14 22:13:20 mx greyonce: action=pass",
          "2023-11-14T22:13:20.123456+00:00 mx greyonce[1]: action=pass\r\n",
          "2023-11-14T23:13:20+0100 mx greyonce[12345]: action=pass\n",
          "<22>1 2023-11-14T22:13:20.5Z mx greyonce 1 - - action=pass\n",
          "<22>1 2023-11-14T22:13:20Z mx greyonce 1 - [x@1 a=\"b\"] action=pass\n",
          "<22>Nov 14 22:13:20 mx greyonce[1]: action=pass\n",
          "Tue 2023-11-14 22:13:20 UTC mx greyonce[1]: action=pass\n",
          "Nov 14 22:13:20.123456 mx greyonce[1]: greyonce: action=pass\n",
          "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1700000000999999\nSYSLOG_IDENTIFIER=greyonce\nMESSAGE=action="
          "pass\n\n",
          "__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=action=pass\nSYSLOG_IDENTIFIER=greyonce"}) {
        const Read result = read(log);
        EXPECT_EQ(result.found, expected) << log;
        EXPECT_EQ(result.begin, at) << log;
        EXPECT_EQ(result.end, at) << log;
    }
}

TEST(Entries, AreNoneWhereAnotherProgramSpeaks) {
    for (const std::string log :
         {"Nov 14 22:13:20 mx postfix/smtpd[1]: greyonce[1]: action=pass\n",
          "Nov 14 22:13:20 mx postfix/smtpd[1]: x\n greyonce[1]: action=pass\n",
          "Nov 14 22:13:20 mx greyonced[1]: action=pass\n", "Nov 14 22:13:20 mx x greyonce[1]: action=pass\n",
          "greyonce[1]: action=pass\n",
          "<22>1 2023-11-14T22:13:20Z mx other 1 - [x@1 a=\"] greyonce 1 - -\"] action=pass\n",
          "<22>1 2023-11-14T22:13:20Z greyonce other 1 - - action=pass\n",
          "__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=other\nMESSAGE=greyonce[1]: "
          "action=pass\n\n",
          "__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=other\nSYSLOG_IDENTIFIER="
          "greyonce\nMESSAGE=action=pass\n\n",
          "__REALTIME_TIMESTAMP=1700000000000000\n_COMM=greyonce\nMESSAGE=action=pass\n\n"}) {
        EXPECT_TRUE(read(log).found.empty()) << log;
    }
}

TEST(Entries, OfTheJournalEndWhereTheirLengthSays) {
    const std::string forged =
        "\n\n__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=greyonce\nMESSAGE=action=pass\n\n";
    std::string log = "__CURSOR=1\n__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=other\nMESSAGE\n";
    log += static_cast<char>(forged.size());
    log += std::string(7, '\0') + forged + "\nPRIORITY=6\n\n";
    EXPECT_TRUE(read(log).found.empty());
    log += "__CURSOR=2\n__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=greyonce\nMESSAGE=action="
           "pass\n\n";
    EXPECT_EQ(read(log).found.size(), 1);
    // A length beyond all ends the log.
    EXPECT_TRUE(read("__CURSOR=1\nMESSAGE\n" + std::string(8, '\xFF') + "\n\n" + log).found.empty());
}

TEST(Entries, AreNotLookedForInLinesWithoutEnd) {
    const std::string good = "Nov 14 22:13:20 mx greyonce[1]: action=pass\n";
    const std::string longest(3 * Entries::longest_line, 'x');
    EXPECT_EQ(read(longest + good.substr(0, good.size() - 1) + longest + "\n" + good, 10000).found.size(), 1);
    EXPECT_EQ(read("__CURSOR=1\nMESSAGE=" + longest +
                       "\n__REALTIME_TIMESTAMP=1700000000000000\nSYSLOG_IDENTIFIER=greyonce\nMESSAGE=action="
                       "pass\n\n",
                   10000)
                  .found.size(),
              1);
}

TEST(Entries, WithoutATimeAreCounted) {
    EXPECT_EQ(read("Foo 14 22:13:20 mx greyonce[1]: action=pass\n").timeless, 1);
    EXPECT_EQ(read("__CURSOR=1\nSYSLOG_IDENTIFIER=greyonce\nMESSAGE=action=pass\n\n").timeless, 1);
}

TEST(Entries, OfOthersBeginAndEndTheLog) {
    const Read result = read("Nov 14 20:00:00 mx cron[1]: x\nNov 14 22:13:20 mx greyonce[1]: action=pass\n"
                             "Nov 14 22:14:00 mx cron[1]: x\n");
    EXPECT_EQ(result.begin, at - Seconds{8000});
    EXPECT_EQ(result.end, at + Seconds{40});
}

TEST(Entries, AreOfTheYearBeforeWhereTheirDayIsYetToCome) {
    EXPECT_EQ(read("Nov 16 22:13:20 mx greyonce[1]: action=pass\n").found.at(0).time,
              at - std::chrono::days{363});
}

TEST(Entries, OfOneMinuteHaveTheirOwnSecondsAndZones) {
    const Read result =
        read("2023-11-14T22:13:20+00:00 mx greyonce: a\n2023-11-14T22:13:59.9+00:00 mx greyonce: b\n"
             "2023-11-14T22:13:20+01:00 mx greyonce: c\n2023-11-14T22:14:20+00:00 mx greyonce: d\n");
    EXPECT_EQ(result.found,
              (std::vector<Found>{
                  {at, "a"}, {at + Seconds{39}, "b"}, {at - Seconds{3600}, "c"}, {at + Seconds{60}, "d"}}));
}

} // namespace
} // namespace report
