#include "report/calendar.hpp"
#include "report/organisation.hpp"
#include "report/wording.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace report {
namespace {

using namespace std::chrono;

TEST(Organisation, IsTheRegisteredDomainOfAName) {
    EXPECT_EQ(organisation_of("mx1.out.Example.CO.UK"), "example.co.uk");
    EXPECT_EQ(organisation_of("example.com"), "example.com");
    EXPECT_EQ(organisation_of("mail.example.com."), "example.com");
    EXPECT_EQ(organisation_of("a.b.firm.example"), "firm.example"); // a top level that no list has
    EXPECT_EQ(organisation_of("mx.xn--bcher-kva.de"), "xn--bcher-kva.de");
    for (const std::string_view none : {"unknown", "", ".", "co.uk", "com", "a..com", ".example.com",
                                        "a%20b.com", "<b>.com", "caf\xC3\xA9.com", "localhost"}) {
        EXPECT_EQ(organisation_of(none), "") << none;
    }
    EXPECT_EQ(organisation_of(std::string(300, 'a') + ".com"), "");
}

TEST(Organisation, HasNetworks) {
    EXPECT_EQ(network_of(*sys::Address::parse("192.0.2.77"), 24), "192.0.2.0/24");
    EXPECT_EQ(network_of(*sys::Address::parse("2001:db8::1"), 64), "2001:db8::/64");
    EXPECT_EQ(domain_of("\"a@b\"@Example.org"), "example.org");
    EXPECT_EQ(domain_of("nobody"), "");
}

TEST(LocalParts, AreLeftOutWhereverTheyStand) {
    EXPECT_EQ(without_local_parts("ask bob@example.org, <alice+x@example.net> and none"),
              "ask …@example.org, <…@example.net> and none");
    EXPECT_EQ(without_local_parts("bob@example.org"), "…@example.org");
    EXPECT_EQ(without_local_parts("a@b@c"), "…@…@c");
    EXPECT_EQ(without_local_parts("sender @bank.example pass"), "sender …@bank.example pass");
    EXPECT_EQ(without_local_parts("none"), "none");
}

TEST(Calendar, HasLocalDaysAndHours) {
    setenv("TZ", "Asia/Kathmandu", 1); // 5:45 ahead
    tzset();
    const sys::Time time{seconds{1'700'000'000}}; // 2023-11-14T22:13:20Z
    EXPECT_EQ(text_of(local_time(time)), "2023-11-15 03:58");
    Calendar calendar;
    for (int minute = -200; minute < 200; ++minute) {
        const sys::Time other = time + minutes{minute};
        EXPECT_EQ(calendar.at(other), local_time(other)) << minute;
    }
    setenv("TZ", "UTC", 1);
    tzset();
    EXPECT_EQ(text_of(local_time(time)), "2023-11-14 22:13");
    EXPECT_EQ(short_text_of(local_time(time).day), "14 Nov");
}

TEST(Calendar, ReadsDays) {
    const Day today{year{2026} / 11 / 25};
    EXPECT_EQ(day_from("today", today), today);
    EXPECT_EQ(day_from("yesterday", today), today - days{1});
    EXPECT_EQ(day_from("7", today), today - days{7});
    EXPECT_EQ(day_from("2024-02-29", today), Day{year{2024} / 2 / 29});
    for (const std::string_view none : {"", "tomorrow", "-1", "2023-02-29", "2026-13-01", "2026-00-01",
                                        "2026-1-1", "2026-11-25x", "99999999", "2026/11/25", "2026--1-25"}) {
        EXPECT_FALSE(day_from(none, today)) << none;
    }
}

TEST(Wording, IsForPeople) {
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(999), "999");
    EXPECT_EQ(number_text(1000), "1,000");
    EXPECT_EQ(number_text(1234567), "1,234,567");
    EXPECT_EQ(share_text(1, 3), "33.3 %");
    EXPECT_EQ(share_text(0, 0), "–");
    EXPECT_EQ(span_text(std::uint64_t{119}), "119 s");
    EXPECT_EQ(span_text(std::uint64_t{120}), "2 min");
    EXPECT_EQ(span_text(std::uint64_t{3600}), "1 h");
    EXPECT_EQ(span_text(std::uint64_t{7500}), "2 h 5 min");
    EXPECT_EQ(span_text(std::uint64_t{3 * 86400 + 4 * 3600}), "3 d 4 h");
    EXPECT_EQ(mean_of(10, 4), 3);
    EXPECT_EQ(mean_of(10, 0), 0);
}

} // namespace
} // namespace report
