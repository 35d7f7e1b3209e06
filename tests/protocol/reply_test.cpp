#include "decision/greylist_texts.hpp"
#include "protocol/action.hpp"
#include "protocol/log_line.hpp"
#include "settings/version.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace protocol {
namespace {

using namespace std::chrono_literals;

TEST(Reply, IsOneLineAndAnEmptyOne) {
    EXPECT_EQ(reply("DUNNO"), "action=DUNNO\n\n");
    EXPECT_EQ(reply("450 4.7.1 wait"), "action=450 4.7.1 wait\n\n");
}

TEST(Reply, WhatPostfixWouldMisreadIsDunno) {
    for (const std::string_view action : {"", "450", "12", "FROB x", "PREPEND nothing", " "}) {
        EXPECT_EQ(reply(action), "action=DUNNO\n\n") << action;
    }
}

TEST(Reply, NothingInItCanEndTheLineOrIsNoUtf8) {
    EXPECT_EQ(reply("REJECT a\nb\r\nc\0d\x80"
                    "e\xC3\xA9"),
              "action=REJECT a?b??c\n\n");
    EXPECT_EQ(reply(std::string_view{"REJECT a\0d\x80"
                                     "e\xC3\xA9",
                                     14}),
              "action=REJECT a?d?e\xC3\xA9\n\n");
}

TEST(Reply, IsCutBetweenCharacters) {
    std::string text = "REJECT ";
    while (text.size() < longest_action + 10) {
        text += "\xC3\xA9";
    }
    const std::string line = reply(text);
    EXPECT_LE(line.size(), longest_action + std::string_view{"action=\n\n"}.size());
    EXPECT_EQ(line.find('?'), std::string::npos);
}

TEST(Reply, AnActionOf998BytesGoesOutWholeAndALongerOneIsCutToThem) {
    const std::string longest = "REJECT " + std::string(998 - 7, 'a');
    EXPECT_EQ(reply(longest), "action=" + longest + "\n\n");
    EXPECT_EQ(reply(longest + "a"), "action=" + longest + "\n\n");
}

TEST(WaitingText, SequencesAreReplacedOnceEach) {
    EXPECT_EQ(decision::waiting_text("wait %s s (%s), see %r %r", 42s, "bob@Example.ORG", false),
              "wait 42 s (%s), see Example.ORG %r");
    EXPECT_EQ(decision::waiting_text("%r", 1s, "a@b@c.example", false), "c.example");
    EXPECT_EQ(decision::waiting_text("%r", 1s, "postmaster", false), "postmaster");
}

TEST(WaitingText, NoRecipientMakesItEmpty) {
    for (const std::string_view recipient : {"", "bob@", "bob@ ", "@", " ", "\t"}) {
        const std::string text = decision::waiting_text("%r", 1s, recipient, false);
        EXPECT_EQ(reply("451 " + text), "action=451 ?\n\n") << recipient;
    }
}

TEST(WaitingText, PostfixWithEtrnDomainGetsAStatusCodeWhereTheTextHasNone) {
    EXPECT_EQ(decision::waiting_text("Greylisted", 1s, "a@b", true), "4.2.0 Greylisted");
    EXPECT_EQ(decision::waiting_text("4.7.0 Greylisted", 1s, "a@b", true), "4.7.0 Greylisted");
    EXPECT_EQ(decision::waiting_text("Greylisted", 1s, "a@b", false), "Greylisted");
}

TEST(HeaderText, SequencesAreReplacedOnceEach) {
    setenv("TZ", "UTC", 1);
    const sys::Time now{1'700'000'000s};
    EXPECT_EQ(decision::header_text("X-Greylist: delayed %t seconds by greyonce-%v at %h; %d", 301s, now,
                                    "mx.example.org"),
              "X-Greylist: delayed 301 seconds by greyonce-" + std::string{version} +
                  " at mx.example.org; Tue, 14 Nov 2023 22:13:20 UTC");
    EXPECT_EQ(decision::header_text("X: %t %t", 5s, now, "h"), "X: 5 %t");
    EXPECT_NE(decision::header_text("X: %h", 5s, now, ""), "X: ");
}

Request request() {
    Request request;
    request.client_address = sys::Address::parse("192.0.2.1");
    request.client_name = "mail.example.net";
    request.sender = "alice@example.net";
    request.recipient = "bob@example.org";
    return request;
}

TEST(DecisionLine, HasTheShapeThatLogReadersKnow) {
    EXPECT_EQ(decision_line({.action = "greylist", .reason = "new"}, request(), false),
              "action=greylist, reason=new, client_name=mail.example.net, client_address=192.0.2.1, "
              "sender=alice@example.net, recipient=bob@example.org");
}

TEST(DecisionLine, SaysQueueIdDelayRuleAndDryRunWhereTheyApply) {
    Request queued = request();
    queued.queue_id = "4ABC";
    queued.sender = "";
    EXPECT_EQ(decision_line({.action = "pass", .reason = "triplet found", .delay = 301s, .rule = "f:3"},
                            queued, true),
              "4ABC: action=pass, reason=triplet found, delay=301, client_name=mail.example.net, "
              "client_address=192.0.2.1, recipient=bob@example.org, rule=f:3, dry-run");
}

TEST(DecisionLine, AValueCannotLookLikeMoreFields) {
    Request forged = request();
    forged.sender = "\"a, recipient=x\"@example.net";
    EXPECT_NE(decision_line({.action = "greylist", .reason = "new"}, forged, false)
                  .find("sender=%22a%2C%20recipient%3Dx%22@example.net, recipient=bob@example.org"),
              std::string::npos);
}

} // namespace
} // namespace protocol
