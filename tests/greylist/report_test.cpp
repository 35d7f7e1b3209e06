#include "greylist/report.hpp"

#include <gtest/gtest.h>

namespace greylist {
namespace {

using namespace std::chrono_literals;

const Time now{1'700'000'000s};

TEST(Report, AnEmptyStateHasNoOldestAndNoNewestAttempt) {
    const Figures empty;
    EXPECT_EQ(text_of(empty, {}, now).find("attempt"), std::string::npos);
    EXPECT_EQ(prometheus_of(empty, {}, now).find("age_seconds"), std::string::npos);

    Figures one;
    one.count({client_key("192.0.2.1"), now - 7s, now - 7s, 5}, now, Rule{});
    EXPECT_NE(text_of(one, {}, now).find("oldest last attempt         2023-11-14T22:13:13Z, 7 s ago"),
              std::string::npos);
    EXPECT_NE(prometheus_of(one, {}, now).find("greyonce_state_newest_age_seconds 7\n"), std::string::npos);
}

TEST(Report, TheBytesInRecordsAreThoseOfTheirLines) {
    Figures figures;
    EXPECT_NE(text_of(figures, {}, now).find("bytes in records            0\n"), std::string::npos);
    std::size_t bytes = 0;
    for (const Record& record : {Record{client_key("192.0.2.1"), now, now, 5},
                                 {instance_key("ab"), now, now, 0},
                                 {triplet_key("192.0.2.0", "", "b@c.example"), now, now, 0}}) {
        figures.count(record, now, Rule{});
        bytes += line_of(record).size() + 1;
    }
    EXPECT_EQ(figures.text_bytes, bytes);
    EXPECT_NE(text_of(figures, {}, now).find("bytes in records            " + std::to_string(bytes) + '\n'),
              std::string::npos);
}

TEST(Report, WhoIsFromLaterWaitsSinceNow) {
    const Record record{triplet_key("192.0.2.0", "", "b@c.example"), now + 60s, now + 60s, 0};
    EXPECT_EQ(state_of(record, now, Rule{}), "pending:0s");
}

} // namespace
} // namespace greylist
