#include "greylist/rule.hpp"

#include <gtest/gtest.h>

namespace greylist {
namespace {

using namespace std::chrono_literals;

const Key key{Kind::triplet, "192.0.2.0 alice@example.net bob@example.org"};
const Rule rule;
const Time start{1'700'000'000s};

TEST(Rule, AFirstAttemptWaits) {
    const Attempt first = attempt(key, std::nullopt, start, rule);
    EXPECT_FALSE(first.passes);
    EXPECT_EQ(first.missing, 300s);
    EXPECT_EQ(first.record, (Record{key, start, start, 0}));
}

TEST(Rule, RetryOneSecondEarlyStillWaits) {
    const Attempt early = attempt(key, Record{key, start, start, 0}, start + 299s, rule);
    EXPECT_FALSE(early.passes);
    EXPECT_EQ(early.missing, 1s);
    EXPECT_EQ(early.record, (Record{key, start, start + 299s, 0}));
}

TEST(Rule, RetryAfterTheDelayPassesAndIsTheFirstSuccess) {
    const Attempt retry = attempt(key, Record{key, start, start, 0}, start + 300s, rule);
    EXPECT_TRUE(retry.passes);
    EXPECT_TRUE(retry.is_first_success);
    EXPECT_EQ(retry.waited, 300s);
    EXPECT_EQ(retry.record, (Record{key, start, start + 300s, 1}));
}

TEST(Rule, WhoHasPassedPassesAgainWithoutAnotherFirstSuccess) {
    const Attempt again = attempt(key, Record{key, start, start + 300s, 1}, start + 24h * 30, rule);
    EXPECT_TRUE(again.passes);
    EXPECT_FALSE(again.is_first_success);
    EXPECT_EQ(again.record.count, 2U);
}

TEST(Rule, WhoPassedTwiceIsRenewedOnceAMinute) {
    const Record twice{key, start, start + 24h, 2};
    EXPECT_FALSE(attempt(key, twice, start + 24h, rule).is_renewal);
    EXPECT_FALSE(attempt(key, twice, start + 24h + 59s, rule).is_renewal);
    EXPECT_TRUE(attempt(key, twice, start + 24h + 59s, rule).passes);
    EXPECT_TRUE(attempt(key, twice, start + 24h + 60s, rule).is_renewal);
    EXPECT_TRUE(attempt(key, twice, start + 24h - 1s, rule).is_renewal) << "a clock that fell back";
    EXPECT_TRUE(attempt(key, Record{key, start, start + 24h, 1}, start + 24h, rule).is_renewal)
        << "to have passed twice is worth more than once";
}

TEST(Rule, WhoHasNotPassedIsRenewedEachTime) {
    EXPECT_TRUE(attempt(key, std::nullopt, start, rule).is_renewal);
    EXPECT_TRUE(attempt(key, Record{key, start, start, 0}, start, rule).is_renewal);
    EXPECT_TRUE(attempt(key, Record{key, start, start + 299s, 2}, start + 300s, rule).is_renewal)
        << "a first success under a longer delay";
    EXPECT_TRUE(attempt(key, Record{key, start + 24h, start + 48h, 2}, start, rule).is_renewal)
        << "from the future";
}

TEST(Rule, RetryAfterTheWindowStartsOver) {
    const Record seen{key, start, start + 10s, 0};
    EXPECT_TRUE(attempt(key, seen, start + 48h, rule).passes);
    const Attempt late = attempt(key, seen, start + 48h + 1s, rule);
    EXPECT_FALSE(late.passes);
    EXPECT_EQ(late.missing, 300s);
    EXPECT_EQ(late.record.first, start + 48h + 1s);
}

TEST(Rule, AFirstAttemptInTheFutureStartsOver) {
    const Attempt jump = attempt(key, Record{key, start, start + 300s, 1}, start - 1s, rule);
    EXPECT_TRUE(jump.was_in_future);
    EXPECT_FALSE(jump.passes);
    EXPECT_EQ(jump.record, (Record{key, start - 1s, start - 1s, 0}));
}

TEST(Rule, WhoPassedWaitsAgainWhereTheClockFellBackIntoTheDelay) {
    const Attempt jump = attempt(key, Record{key, start, start + 300s, 1}, start + 100s, rule);
    EXPECT_FALSE(jump.passes);
    EXPECT_EQ(jump.missing, 200s);
}

TEST(Rule, ADelayOfZeroPassesAtOnce) {
    Rule none = rule;
    none.delay = 0s;
    const Attempt first = attempt(key, std::nullopt, start, none);
    EXPECT_TRUE(first.passes);
    EXPECT_TRUE(first.is_first_success);
}

TEST(Rule, TheSameAttemptTwiceHasTheSameOutcome) {
    for (const Seconds wait : {0s, 299s, 300s, 1000s}) {
        const Record seen{key, start, start, 0};
        const Attempt once = attempt(key, seen, start + wait, rule);
        const Attempt twice = attempt(key, once.record, start + wait + 1s, rule);
        if (wait != 299s) { // one second later it may pass by itself
            EXPECT_EQ(once.passes, twice.passes) << wait.count();
        }
    }
}

TEST(Rule, AClientIsAutoWhitelistedByItsFifthCount) {
    const Key client{Kind::client, "192.0.2.7"};
    std::optional<Record> record;
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(is_auto_whitelisted(record, rule)) << i;
        record = first_success(client, record, start + i * 1h);
    }
    EXPECT_TRUE(is_auto_whitelisted(record, rule));
    EXPECT_EQ(record->count, 5U);
}

TEST(Rule, AClientCountsOnceAnHour) {
    const Record client{{Kind::client, "192.0.2.7"}, start, start, 1};
    EXPECT_FALSE(first_success(client.key, client, start + 59min + 59s));
    EXPECT_TRUE(first_success(client.key, client, start + 1h));
    EXPECT_FALSE(first_success(client.key, client, start - 59min)); // it is within the hour, too
    EXPECT_FALSE(seen_again(client, start + 59min));
    EXPECT_EQ(seen_again(client, start + 1h)->count, 2U);
    EXPECT_EQ(seen_again(client, start - 1s)->last, start - 1s);
}

TEST(Rule, WithZeroNoClientIsAutoWhitelisted) {
    Rule off = rule;
    off.auto_whitelist_clients = 0;
    EXPECT_FALSE(is_auto_whitelisted(Record{{Kind::client, "192.0.2.7"}, start, start, 100}, off));
}

TEST(Rule, AMessageHasOneHeader) {
    const Key message{Kind::instance, "abc.1"};
    const auto record = first_header(message, std::nullopt, start);
    ASSERT_TRUE(record);
    EXPECT_FALSE(first_header(message, record, start + 1s));
    EXPECT_FALSE(is_forgotten(*record, start + 1h, rule));
    EXPECT_TRUE(is_forgotten(*record, start + 1h + 1s, rule));
}

TEST(Rule, RecordsAreForgottenInTheirTime) {
    const Record waiting{key, start, start + 10s, 0};
    EXPECT_FALSE(is_forgotten(waiting, start + 10s + 48h, rule));
    EXPECT_TRUE(is_forgotten(waiting, start + 11s + 48h, rule));
    const Record passed{key, start, start + 300s, 1};
    EXPECT_FALSE(is_forgotten(passed, start + 300s + 35 * 24h, rule));
    EXPECT_TRUE(is_forgotten(passed, start + 301s + 35 * 24h, rule));
    EXPECT_FALSE(is_forgotten(passed, start - 1h, rule));
}

TEST(Rule, AShorterDelayLetsPassWhoHadWaitedThatLong) {
    Rule shorter = rule;
    shorter.delay = 60s;
    const Record waited{key, start, start + 100s, 0};
    EXPECT_FALSE(has_passed(waited, rule));
    EXPECT_TRUE(has_passed(waited, shorter));
    EXPECT_FALSE(attempt(key, waited, start + 101s, shorter).is_first_success);
}

TEST(Rule, AClientThatWasCountedWhileTheClockWasAheadCountsAgain) {
    const Key client = client_key("192.0.2.1");
    std::optional<Record> seen = Record{client, start + 24h * 365, start + 24h * 365, 1};
    for (int hour = 0; hour < 4; ++hour) {
        const auto counted = first_success(client, seen, start + hour * 1h);
        ASSERT_TRUE(counted) << hour;
        EXPECT_EQ(counted->last, start + hour * 1h);
        seen = counted;
    }
    EXPECT_EQ(seen->count, 5U);
    EXPECT_FALSE(first_success(client, Record{client, start, start + 1s, 1}, start))
        << "a clock a second ahead";
    EXPECT_EQ(seen_again({client, start, start + 24h, 7}, start)->last, start);
}

TEST(Rule, WhatIsFromLaterCountsAsFromNow) {
    const Record client{client_key("192.0.2.1"), start + 1h, start + 1h, 5};
    EXPECT_EQ(as_of(client, start).last, start);
    EXPECT_EQ(as_of(client, start + 2h), client);
    const Record triplet = as_of({key, start - 1h, start + 1h, 2}, start);
    EXPECT_EQ(triplet, (Record{key, start - 1h, start, 2}));
    const Record weight{weight_key("ham", {}), start + 1h, start + 2h, 1, start + 1h, start + 12h, 0};
    EXPECT_EQ(as_of(weight, start), (Record{weight.key, start, start, 1, start, start + 10h, 0}));
}

TEST(Rule, WhatIsWorthMore) {
    const Key client = client_key("192.0.2.1");
    const Time now = start + 24h;
    const auto worth = [&](const Record& record) { return worth_of(record, now, rule); };
    const Worth header = worth({instance_key("1"), now, now, 0});
    const Worth weight = worth({weight_key("ham", {}), now, now, 9, now, now, 0});
    const Worth waiting = worth({key, start, start, 0});
    const Worth waiting_later = worth({key, start, start + 1s, 0});
    const Worth from_the_future = worth({key, now + 24h, now + 24h, 0});
    const Worth due_by_a_shorter_delay = worth({key, start, start + 300s, 0});
    const Worth passed_once = worth({key, start, start + 301s, 1});
    const Worth counting = worth({client, start, start, 4});
    const Worth twice = worth({key, start, start, 2});
    const Worth twice_later = worth({key, start, start + 1s, 2});
    const Worth whitelisted = worth({client, start, start, 5});
    const Worth often = worth({key, start, start, 6});
    EXPECT_LT(header, waiting);
    EXPECT_LT(weight, waiting);
    EXPECT_LT(waiting, waiting_later);
    EXPECT_EQ(from_the_future, worth({key, now, now, 0}));
    EXPECT_LT(from_the_future, due_by_a_shorter_delay);
    EXPECT_LT(due_by_a_shorter_delay, passed_once);
    EXPECT_LT(passed_once, counting);
    EXPECT_LT(counting, twice);
    EXPECT_LT(twice, twice_later);
    EXPECT_LT(twice_later, whitelisted);
    EXPECT_LT(whitelisted, often);
    EXPECT_LT(often, worth({notice_key("full"), start, start, 0}));
    for (const std::string& said : {std::string{"%full"}, std::string{"%open"}, std::string(300, '%'),
                                    std::string{"\xff"}, std::string(300, 'a')}) {
        EXPECT_LT(worth({instance_key(said), start, now, 0}), waiting) << "a client's: " << said;
    }
}

const Key pair{Kind::pair, "outlook.com x.example"};
const Rule with_pairs{.auto_whitelist_pairs = 2};

TEST(Rule, APairIsKnownFromItsNumberAndItsAgeOn) {
    const Record twice{pair, start, start + 2h, 2};
    EXPECT_FALSE(is_known_pair(twice, start + 24h - 1s, with_pairs));
    EXPECT_TRUE(is_known_pair(twice, start + 24h, with_pairs));
    EXPECT_FALSE(is_known_pair(Record{pair, start, start, 1}, start + 48h, with_pairs));
    EXPECT_FALSE(is_known_pair(std::nullopt, start, with_pairs));
    EXPECT_FALSE(is_known_pair(twice, start + 48h, Rule{})); // off
}

TEST(Rule, APairFromATimeToComeIsNotKnown) {
    EXPECT_FALSE(is_known_pair(Record{pair, start + 1h, start + 1h, 9}, start, with_pairs));
}

TEST(Rule, WhatHasPassedUnderAnotherNameIsTakenOver) {
    const Key other{Kind::triplet, "outlook.com alice@example.net bob@example.org"};
    EXPECT_EQ(taken_over(other, Record{key, start, start + 300s, 3}, start + 1h, rule),
              (Record{other, start, start + 1h, 4}));
    EXPECT_EQ(taken_over(other, Record{key, start, start + 299s, 0}, start + 1h, rule), std::nullopt);
    EXPECT_EQ(taken_over(other, std::nullopt, start, rule), std::nullopt);
    EXPECT_EQ(taken_over(other, Record{key, start + 2h, start + 3h, 3}, start + 1h, rule), std::nullopt);
}

} // namespace
} // namespace greylist
