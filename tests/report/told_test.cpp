#include "report/told.hpp"

#include "report/outcome.hpp"

#include <gtest/gtest.h>

namespace report {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view rest =
    ", client_name=mx.example.net, client_address=192.0.2.1, sender=a@b.example, recipient=c@d.example";

std::string with_rest(std::string_view text) {
    return std::string{text}.append(rest);
}

TEST(Told, ADecisionHasItsFields) {
    const std::string text =
        "4XyZ: action=pass, reason=triplet found, delay=301, client_name=mx.example.net, "
        "client_address=192.0.2.1, sender=a=b@b.example, recipient=c@d.example, rule=/etc/rules:7, "
        "client_key=example.net, later=x, dry-run";
    const Told told = told_by(text);
    const auto& decision = std::get<Decision>(told);
    EXPECT_EQ(decision.action, "pass");
    EXPECT_EQ(decision.reason, "triplet found");
    EXPECT_EQ(decision.delay, 301s);
    EXPECT_EQ(decision.client_name, "mx.example.net");
    EXPECT_EQ(decision.client_address, "192.0.2.1");
    EXPECT_EQ(decision.sender, "a=b@b.example");
    EXPECT_EQ(decision.recipient, "c@d.example");
    EXPECT_EQ(decision.rule, "/etc/rules:7");
    EXPECT_EQ(decision.client_key, "example.net");
    EXPECT_TRUE(decision.is_dry_run);
}

TEST(Told, TheNullSenderHasNoField) {
    const Told told = told_by(
        "action=greylist, reason=new, client_name=unknown, client_address=192.0.2.1, recipient=c@d.example");
    EXPECT_EQ(std::get<Decision>(told).sender, "");
    EXPECT_FALSE(std::get<Decision>(told).is_dry_run);
}

TEST(Told, WhatIsCutOrHasAFieldTwiceIsNone) {
    for (const std::string& text :
         {with_rest("action=pass, reason=x, action=pass"), with_rest("action=pass, reason=x, reason=y"),
          with_rest("action=pass, reason=x, delay=1, delay=1"), with_rest("action=pass, reason=x, delay=-1"),
          with_rest("action=pass, reason=x, delay=1s"), with_rest("action=pass, reason="),
          with_rest("action=pass"), std::string{"action=pass, reason=x, client_name=y, client_addr"},
          std::string{"action=pass"}, std::string{"action="},
          with_rest("action=pass, reason=x") + ", sender=other@b.example"}) {
        EXPECT_TRUE(std::holds_alternative<Unreadable>(told_by(text))) << text;
    }
}

TEST(Told, WhatOnlyLooksLikeADecisionIsARemark) {
    for (const std::string& text :
         {with_rest("x action=pass, reason=x"), with_rest("a b: action=pass, reason=x"),
          std::string{"correcting date for first seen in the future"}, std::string{}}) {
        EXPECT_TRUE(std::holds_alternative<Remark>(told_by(text))) << text;
    }
    EXPECT_TRUE(std::holds_alternative<Whitelisted>(told_by("whitelisted: mx.example.net[192.0.2.1]")));
    const Told told = told_by("warning: action=pass, reason=x");
    EXPECT_EQ(std::get<Warning>(told).text, "action=pass, reason=x");
}

TEST(Told, AWeightHasRateTimeAndTokens) {
    const Told told =
        told_by("weighted check: rate: -4.6; <to=b@example.org> <from=a@example.net> <client=mx[192.0.2.1]> "
                "<helo=mx>; dns: 12 ms; NOT_IN_SPAMCOP=-1.5 SBL=ERR(0.5) (check from: a - helo: b) x=y");
    const auto& weighed = std::get<Weighed>(told);
    EXPECT_EQ(weighed.rate, -4.6);
    EXPECT_EQ(weighed.dns_milliseconds, 12);
    ASSERT_EQ(weighed.tokens.size(), 2);
    EXPECT_EQ(weighed.tokens[0].name, "NOT_IN_SPAMCOP");
    EXPECT_EQ(weighed.tokens[0].score, -1.5);
    EXPECT_EQ(weighed.tokens[1].name, "SBL=ERR");
    EXPECT_EQ(weighed.tokens[1].score, 0.5);
    for (const std::string_view text : {"weighted check: rate: x; <helo=a>; dns: 1 ms;",
                                        "weighted check: rate: 1; <helo=a>; dns:", "weighted check: rate: 1",
                                        "weighted check: rate: nan; <helo=a>; dns: 1 ms;"}) {
        EXPECT_TRUE(std::holds_alternative<Unreadable>(told_by(text))) << text;
    }
}

TEST(Told, ARepeatedLineCountsAsOften) {
    std::string_view text = "message repeated 3 times: [ action=pass, reason=x]";
    EXPECT_EQ(take_repetition(text), 3);
    EXPECT_EQ(text, "action=pass, reason=x");
    for (const std::string_view none :
         {"message repeated 0 times: [ x]", "message repeated 99999999999 times: [ x]",
          "message repeated -1 times: [ x]", "message repeated 2 times: [ x",
          "action=pass, message repeated 2 times: [ x]"}) {
        text = none;
        EXPECT_EQ(take_repetition(text), 1) << none;
        EXPECT_EQ(text, none);
    }
}

TEST(Outcome, IsByActionAndReason) {
    const std::vector<std::tuple<std::string_view, std::string_view, Outcome>> all{
        {"greylist", "new", Outcome::first_attempt},
        {"greylist", "early-retry (12s missing)", Outcome::early_retry},
        {"pass", "triplet found", Outcome::known_triplet},
        {"pass", "client AWL", Outcome::known_client},
        {"pass", "pair found", Outcome::known_pair},
        {"pass", "client whitelist", Outcome::whitelist},
        {"pass", "recipient whitelist", Outcome::whitelist},
        {"pass", "rule", Outcome::rule},
        {"pass", "weight (rate: -3)", Outcome::weight},
        {"pass", "allow list", Outcome::weight},
        {"pass", "asked unix:/x", Outcome::server},
        {"pass", "no opinion", Outcome::no_opinion},
        {"pass", "not at RCPT", Outcome::not_asked},
        {"pass", "authenticated", Outcome::not_asked},
        {"pass", "client is gone", Outcome::not_asked},
        {"pass", "trouble", Outcome::trouble},
        {"defer", "rule", Outcome::deferred_by_rule},
        {"defer", "weight (remembered)", Outcome::deferred_by_weight},
        {"defer", "asked inet:x", Outcome::deferred_by_server},
        {"defer", "two values of sender", Outcome::deferred_otherwise},
        {"defer", "trouble", Outcome::deferred_otherwise},
        {"reject", "rule", Outcome::refused_by_rule},
        {"reject", "weight (same message)", Outcome::refused_by_weight},
        {"reject", "asked inet:x", Outcome::refused_by_server},
        {"reject", "trouble", Outcome::refused_otherwise},
    };
    for (const auto& [action, reason, outcome] : all) {
        EXPECT_EQ(outcome_of({.action = action, .reason = reason}), outcome) << action << ' ' << reason;
    }
}

} // namespace
} // namespace report
