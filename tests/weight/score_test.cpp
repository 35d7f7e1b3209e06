#include "weight/score.hpp"

#include "weight/names.hpp"
#include "weight/number.hpp"
#include "weight/questions.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace weight {
namespace {

// A mail and the zones it is weighed against: what is not put there does not exist.
struct Case {
    Subject subject{*sys::Address::parse("192.0.2.1"),
                    "unknown",
                    "mail.helo.com",
                    "alice@sender.com",
                    "bob@example.org",
                    "1"};
    Settings settings;
    Known known;
    Answers zones;

    Case& put(const std::string& name, Type type, const std::vector<const char*>& data) {
        Answer& answer = zones[{name, type}];
        for (const char* datum : data) {
            if (type == Type::a || type == Type::aaaa) {
                answer.addresses.push_back(*sys::Address::parse(datum));
            } else {
                answer.names.emplace_back(datum);
            }
        }
        return *this;
    }
    Case& fail(const std::string& name, Type type) {
        zones[{name, type}].failed = true;
        return *this;
    }
    Case& list(const char* zone, const char* answer = "127.0.0.2") {
        return put(listed_name(subject.client, zone), Type::a, {answer});
    }
    Case& reverse(const std::vector<const char*>& names) {
        return put(reverse_name(subject.client), Type::ptr, names);
    }

    // Asks as the resolver would; counts the waves and the questions.
    Verdict weigh() {
        Answers answers;
        asked.clear();
        for (waves = 0; waves < 10; ++waves) {
            if (auto verdict = weight::weigh(subject, settings, known, answers)) {
                return *verdict;
            }
            const Wave wave = next_wave(subject, settings, known, answers, asked);
            for (const Question& question : wave.lists) {
                answers[question] = answer_to(question);
            }
            for (const Question& question : wave.names) {
                EXPECT_TRUE(asked.insert(question).second) << question.name;
                answers[question] = answer_to(question);
            }
            for (const Question& question : wave.beyond) {
                answers[question].failed = true;
            }
        }
        ADD_FAILURE() << "no verdict after ten waves";
        return {};
    }
    Answer answer_to(const Question& question) {
        Answer answer = zones.contains(question) ? zones[question] : Answer{};
        answer.failed = answer.failed || nothing_works;
        return answer;
    }
    bool nothing_works = false;
    int waves = 0;
    std::set<Question> asked; // of names of the client's choice
};

constexpr const char* pbl = "pbl.spamhaus.org";
constexpr const char* sbl = "sbl-xbl.spamhaus.org";
constexpr const char* spamcop = "bl.spamcop.net";
constexpr const char* surbl = "multi.surbl.org";

// The client is the sender's MX.
Case ham() {
    Case mail;
    mail.put("sender.com", Type::mx, {"mx.sender.com"}).put("mx.sender.com", Type::a, {"192.0.2.1"});
    return mail;
}

TEST(Score, TheSendersOwnMxPasses) {
    const Verdict verdict = ham().weigh();
    EXPECT_EQ(verdict.kind, Verdict::Kind::passes);
    EXPECT_EQ(verdict.text,
              "  NOT_IN_SBL_XBL_SPAMHAUS=-1.5 NOT_IN_SPAMCOP=-1.5 CL_IP_EQ_FROM_MX=-3.1; rate: -6.1");
    EXPECT_TRUE(verdict.is_ham);
    EXPECT_TRUE(verdict.is_for_message);
}

TEST(Score, AForgedSenderFromAListedHostIsRefused) {
    Case mail;
    mail.subject.helo = "helo.other.com";
    mail.subject.sender = "alice@victim.com";
    mail.put("victim.com", Type::mx, {"mx.victim.com"})
        .put("mx.victim.com", Type::a, {"198.51.100.1"})
        .list(pbl)
        .list(spamcop);
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.tokens(),
              " IN_DYN_PBL_SPAMHAUS=3.25 NOT_IN_SBL_XBL_SPAMHAUS=-1.5 IN_SPAMCOP=3.75 CL_IP_NE_HELO=8.5 "
              "(check from: .victim. - helo: .helo.other. - helo-domain: .other.)  "
              "FROM_NOT_FAILED_HELO(DOMAIN)=10 RESOLVED_IP_IS_NOT_HELO=1.5");
    EXPECT_EQ(printed(verdict.rate), "25.5");
    EXPECT_EQ(verdict.text, mail.settings.texts.reject +
                                "; MTA helo: helo.other.com, MTA hostname: unknown[192.0.2.1] "
                                "(helo/hostname mismatch)");
    EXPECT_EQ(verdict.spam, Verdict::Spam::client);
}

TEST(Score, WhereNothingExistsTheMailIsRefused) {
    Case mail;
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.tokens(),
              " NOT_IN_SBL_XBL_SPAMHAUS=-1.5 NOT_IN_SPAMCOP=-1.5 BOGUS_MX=2.1 CL_IP_NE_HELO=1.5 "
              "(check from: .sender. - helo: .mail.helo. - helo-domain: .helo.)  "
              "FROM_NOT_FAILED_HELO(DOMAIN)=3 RESOLVED_IP_IS_NOT_HELO=1.5");
    EXPECT_EQ(printed(verdict.rate), "5.1");
    EXPECT_TRUE(verdict.text.starts_with("550 "));
}

TEST(Score, BelowTheDeferLevelABogusMxIsDeferredAndNotRemembered) {
    Case mail;
    mail.subject.helo = "mail.sender.com";
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(printed(verdict.rate), "4.6");
    EXPECT_TRUE(verdict.text.starts_with("450 Mail appeared"));
    EXPECT_EQ(deferred_text(mail.settings).substr(0, 17), "450 Mail appeared");
    EXPECT_EQ(verdict.spam, Verdict::Spam::no);
}

TEST(Score, MoreListsThanTheLimitRefuseAtOnce) {
    Case mail;
    mail.list(pbl).list(sbl).list(spamcop);
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.tokens(), " IN_DYN_PBL_SPAMHAUS=3.25 IN_SBL_XBL_SPAMHAUS=4.35 IN_SPAMCOP=3.75");
    EXPECT_EQ(verdict.text, "550 Your MTA is listed in too many DNSBLs");
    EXPECT_TRUE(verdict.is_over_list_limits);
    EXPECT_EQ(verdict.spam, Verdict::Spam::client);
    EXPECT_EQ(printed(verdict.spam_score), "11.35");
}

TEST(Score, TwoWavesOfQuestionsAreEnough) {
    Case mail = ham();
    mail.weigh();
    EXPECT_EQ(mail.waves, 2);
}

TEST(Score, OneWaveIsEnoughWhereTheListsDecide) {
    Case mail = ham();
    mail.list(pbl).list(sbl).list(spamcop);
    mail.weigh();
    EXPECT_EQ(mail.waves, 1);
}

TEST(Score, AnEarlierPassIsEnoughUnlessAListSaysOtherwise) {
    Case mail;
    mail.known.earlier_rate = "-6.1";
    EXPECT_EQ(mail.weigh().text, " using cached result; rate: -6.1");
    EXPECT_EQ(mail.waves, 1);
    mail.list(pbl);
    EXPECT_EQ(mail.weigh().kind, Verdict::Kind::refused);
}

// Its lists, all of which have something to say of every client.
Case& with_lists(Case& mail, std::size_t count) {
    mail.settings.lists.dnsbl.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "l" + std::to_string(i);
        mail.settings.lists.dnsbl.push_back({name + ".example", 0.5, 0, name});
    }
    return mail;
}

TEST(Score, TheThirdListThatFailsLeavesNoRate) {
    Case mail = ham();
    for (const auto* zone : {pbl, sbl, spamcop}) {
        mail.fail(listed_name(mail.subject.client, zone), Type::a);
    }
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.kind, Verdict::Kind::passes);
    EXPECT_EQ(verdict.text, " passed - too many local DNS-errors in bl.spamcop.net lookups");
    EXPECT_FALSE(verdict.is_weighed);
    EXPECT_TRUE(verdict.is_for_message);
    EXPECT_FALSE(verdict.is_ham);
}

TEST(Score, AListOfDomainsCountsAmongThoseThatFail) {
    Case mail = ham();
    for (const auto* zone : {pbl, sbl}) {
        mail.fail(listed_name(mail.subject.client, zone), Type::a);
    }
    EXPECT_TRUE(mail.weigh().is_weighed);
    mail.fail("sender.com.multi.surbl.org", Type::a);
    const Verdict verdict = mail.weigh();
    EXPECT_FALSE(verdict.is_weighed);
    EXPECT_TRUE(verdict.text.ends_with("in multi.surbl.org lookups"));
}

TEST(Score, ListsThatFailSaveNobodyWhomTheOthersRefuse) {
    Case mail;
    with_lists(mail, 5);
    for (const auto* zone : {"l0.example", "l1.example", "l3.example"}) {
        mail.fail(listed_name(mail.subject.client, zone), Type::a);
    }
    mail.list("l2.example").list("l4.example");
    EXPECT_EQ(mail.weigh().kind, Verdict::Kind::refused);
    mail.settings.reject_level = 1.5; // which these lists do not reach, so that names say nothing either
    EXPECT_FALSE(mail.weigh().is_weighed);
}

TEST(Score, WhatWouldRefuseBeforeItsNamesWereLookedAtMayStillHaveNoRate) {
    Case mail = ham();
    with_lists(mail, 5);
    for (const auto* zone : {"l0.example", "l1.example", "l3.example"}) {
        mail.fail(listed_name(mail.subject.client, zone), Type::a);
    }
    mail.list("l2.example").list("l4.example");
    const Verdict verdict = mail.weigh(); // 1 by lists, -3.1 as the sender's MX
    EXPECT_EQ(verdict.kind, Verdict::Kind::passes);
    EXPECT_FALSE(verdict.is_weighed);
}

TEST(Score, ANameThatFailsWeighsAsOneThatDoesNotExist) {
    for (const bool is_listed : {false, true}) {
        Case honest;
        Case broken;
        if (is_listed) {
            honest.list(sbl);
            broken.list(sbl);
        }
        for (const auto* name : {"sender.com", "mail.helo.com", "helo.com"}) {
            for (const Type type : {Type::mx, Type::a, Type::aaaa}) {
                broken.fail(name, type);
            }
        }
        broken.fail(reverse_name(broken.subject.client), Type::ptr);
        const Verdict expected = honest.weigh();
        const Verdict verdict = broken.weigh();
        EXPECT_EQ(verdict.kind, Verdict::Kind::refused);
        EXPECT_EQ(verdict.text, expected.text);
        EXPECT_EQ(verdict.tokens(), expected.tokens());
        EXPECT_EQ(verdict.rate, expected.rate);
        EXPECT_EQ(verdict.spam, expected.spam);
    }
}

TEST(Score, AnMxHostThatFailsHasNoAddress) {
    Case mail;
    mail.put("sender.com", Type::mx, {"broken.sender.com", "mx.sender.com"})
        .fail("broken.sender.com", Type::a)
        .fail("broken.sender.com", Type::aaaa)
        .put("mx.sender.com", Type::a, {"192.0.2.1"});
    EXPECT_NE(mail.weigh().tokens().find(" CL_IP_EQ_FROM_MX=-3.1"), std::string::npos);
}

TEST(Score, WhereNothingWorksThereIsNoRate) {
    for (const std::size_t lists : {0U, 1U, 2U, 5U}) {
        Case mail;
        with_lists(mail, lists).nothing_works = true;
        const Verdict verdict = mail.weigh();
        EXPECT_EQ(verdict.kind, Verdict::Kind::passes) << lists;
        EXPECT_FALSE(verdict.is_weighed) << lists;
    }
    Case dead;
    dead.nothing_works = true;
    dead.known.dead_lists = {pbl, sbl, spamcop, surbl};
    const Verdict verdict = dead.weigh();
    EXPECT_EQ(verdict.text, " passed - too many local DNS-errors in all lookups");
    EXPECT_FALSE(verdict.is_weighed);
}

TEST(Score, OneListThatAnswersShowsThatTheDnsWorks) {
    Case mail;
    with_lists(mail, 2).fail(listed_name(mail.subject.client, "l0.example"), Type::a);
    for (const Type type : {Type::mx, Type::a, Type::aaaa}) {
        mail.fail("sender.com", type);
    }
    EXPECT_EQ(mail.weigh().kind, Verdict::Kind::refused);
    mail.fail(listed_name(mail.subject.client, "l1.example"), Type::a);
    EXPECT_FALSE(mail.weigh().is_weighed);
}

TEST(Score, WithoutListsOneAnswerShowsThatTheDnsWorks) {
    Case mail;
    with_lists(mail, 0).settings.lists.rhsbl.clear();
    mail.fail("sender.com", Type::mx).fail("sender.com", Type::a).fail("sender.com", Type::aaaa);
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.kind, Verdict::Kind::refused);
    EXPECT_TRUE(verdict.is_weighed);
}

// Names of many labels, each with many MX hosts under a name of others, and no two alike.
Case many_hosts() {
    Case mail;
    mail.subject.sender = "a@b.c.d.e.f.g.h.i.sender.com";
    mail.subject.helo = "q.r.s.t.u.v.w.x.helo.com";
    for (const std::string& whole : {mail.subject.sender.substr(2), mail.subject.helo}) {
        for (const std::string& name : name_and_parents(whole)) {
            Answer& answer = mail.zones[{name, Type::mx}];
            for (int i = 0; i < 10; ++i) {
                answer.names.push_back("h" + std::to_string(i) + "." + name + ".victim.org");
            }
        }
    }
    return mail;
}

TEST(Score, NoMailAsksMoreThanSixtyQuestionsForNamesOfTheClientsChoice) {
    Case mail = many_hosts();
    EXPECT_EQ(mail.weigh().kind, Verdict::Kind::refused);
    EXPECT_EQ(mail.asked.size(), 60U);
    mail.nothing_works = true;
    EXPECT_FALSE(mail.weigh().is_weighed);
    EXPECT_LE(mail.asked.size(), 60U);
}

TEST(Score, TheFirstNamesHostsAreAskedBeforeTheOthers) {
    Case mail = many_hosts();
    mail.subject.sender = "a@sender.com";
    mail.subject.helo = "t.u.v.w.x.helo.com";
    mail.put("h9.sender.com.victim.org", Type::a, {"192.0.2.1"});
    EXPECT_NE(mail.weigh().tokens().find(" CL_IP_EQ_FROM_MX=-3.1"), std::string::npos);
    EXPECT_EQ(mail.asked.size(), 60U);
}

TEST(Score, ANameOfTheClientsThatIsAListsIsAskedAsTheLists) {
    Case mail;
    const std::string listed = listed_name(mail.subject.client, sbl);
    mail.subject.sender = "alice@" + listed;
    const Wave wave = next_wave(mail.subject, mail.settings, mail.known, {}, {});
    EXPECT_TRUE(wave.lists.contains({listed, Type::a}));
    EXPECT_EQ(std::ranges::count(wave.names, Question{listed, Type::a}), 0);
    EXPECT_EQ(std::ranges::count(wave.names, Question{listed, Type::mx}), 1);
}

TEST(Score, AListThatFailsCountsItsMissAndSaysSo) {
    Case mail = ham();
    mail.fail(listed_name(mail.subject.client, sbl), Type::a);
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.tokens(), " SBL_XBL_SPAMHAUS=ERR(-1.5) NOT_IN_SPAMCOP=-1.5 CL_IP_EQ_FROM_MX=-3.1");
    EXPECT_EQ(verdict.lists[1].kind, ListNews::Kind::failed);
}

TEST(Score, AListsErrorAnswerIsAFailure) {
    Case mail = ham();
    mail.list(pbl, "127.255.255.254");
    EXPECT_TRUE(mail.weigh().tokens().starts_with(" DYN_PBL_SPAMHAUS=ERR(0)"));
}

TEST(Score, ADeadListIsNotAsked) {
    Case mail = ham();
    mail.known.dead_lists = {sbl};
    mail.list(sbl);
    const Verdict verdict = mail.weigh();
    EXPECT_EQ(verdict.tokens(), " SBL_XBL_SPAMHAUS=SKIP(-1.5) NOT_IN_SPAMCOP=-1.5 CL_IP_EQ_FROM_MX=-3.1");
    const Wave wave = next_wave(mail.subject, mail.settings, mail.known, {}, {});
    EXPECT_TRUE(wave.lists.contains({"1.2.0.192.bl.spamcop.net", Type::a}));
    EXPECT_FALSE(wave.lists.contains({"1.2.0.192.sbl-xbl.spamhaus.org", Type::a}));
}

TEST(Score, AnAllowListLowersTheRateAndVouchesForTheClient) {
    Case mail = ham();
    mail.settings.lists.dnswl = {
        parse_list("list.dnswl.org 0 0 DNSWL 127.0.[0..255].0 127.0.[0..255].2=-2.5")};
    mail.list("list.dnswl.org", "127.0.10.2");
    const Verdict verdict = mail.weigh();
    EXPECT_TRUE(verdict.is_listed_good);
    EXPECT_EQ(printed(verdict.rate), "-8.6");
    EXPECT_NE(verdict.tokens().find(" IN_DNSWL=-2.5"), std::string::npos);
}

TEST(Score, AnAllowListAnswerWithoutAScoreVouchesForNobody) {
    Case mail = ham();
    mail.settings.lists.dnswl = {
        parse_list("list.dnswl.org 0 0 DNSWL 127.0.[0..255].0 127.0.[0..255].2=-2.5")};
    mail.list("list.dnswl.org", "127.0.10.0");
    EXPECT_FALSE(mail.weigh().is_listed_good);
}

TEST(Score, ListsOnlyPassesWithWhatTheySaid) {
    Case mail;
    mail.settings.lists_only = true;
    EXPECT_EQ(mail.weigh().text,
              "  NOT_IN_SBL_XBL_SPAMHAUS=-1.5 NOT_IN_SPAMCOP=-1.5 (only DNSBL check requested)");
    mail.settings.lists_only = false;
    mail.known.lists_only = 2;
    EXPECT_TRUE(mail.weigh().text.ends_with(" (only DNSBL check requested (regex-nr: 2))"));
}

TEST(Score, TheHelosOwnAddressVerifiesIt) {
    Case mail;
    mail.subject.sender = "alice@news.helo.com";
    mail.put("mail.helo.com", Type::a, {"192.0.2.1"}).put("helo.com", Type::mx, {"x.helo.com"});
    mail.put("news.helo.com", Type::a, {"198.51.100.9"});
    const std::string tokens = mail.weigh().tokens();
    EXPECT_NE(tokens.find(" CL_IP_EQ_HELO_IP=-2 "), std::string::npos) << tokens;
    EXPECT_NE(tokens.find(" FROM/MX_MATCHES_HELO(DOMAIN)=-2"), std::string::npos) << tokens;
}

TEST(Score, ANeighbourInTheSameNetworkCounts) {
    Case mail;
    mail.put("sender.com", Type::a, {"192.0.2.77"});
    EXPECT_NE(mail.weigh().tokens().find(" HELO_IP_IN_CL_SUBNET=-1.2"), std::string::npos);
    Case far;
    far.put("sender.com", Type::a, {"192.0.77.77"});
    EXPECT_NE(far.weigh().tokens().find(" HELO_IP_IN_CL16_SUBNET=-0.41"), std::string::npos);
}

TEST(Score, AddressesAreComparedAsAddresses) {
    Case mail = ham();
    mail.zones.clear();
    mail.put("sender.com", Type::a, {"192.0.2.10"}); // begins with the client's text
    EXPECT_NE(mail.weigh().tokens().find("FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1"), std::string::npos);
}

TEST(Score, AnIpv6ClientGetsEveryCheck) {
    Case mail;
    mail.subject.client = *sys::Address::parse("2001:db8::1");
    mail.subject.helo = "[ipv6:2001:db8::1]";
    mail.put("sender.com", Type::mx, {"mx.sender.com"})
        .put("mx.sender.com", Type::aaaa, {"2001:db8:0:0:9::9"})
        .list(spamcop);
    const std::string tokens = mail.weigh().tokens();
    EXPECT_NE(tokens.find(" IN_SPAMCOP=3.75"), std::string::npos) << tokens;
    EXPECT_NE(tokens.find(" HELO_IP_IN_CL_SUBNET=-1.2"), std::string::npos) << tokens;
}

TEST(Score, ALiteralHeloOfTheClientWithNothingInTheDnsIsDeferredAndNotRemembered) {
    Case mail;
    mail.subject.helo = "[192.0.2.1]";
    mail.subject.sender = "a@[192.0.2.1]";
    const Verdict verdict = mail.weigh();
    EXPECT_NE(verdict.tokens().find(" NO_MX_A_RECS_FOUND=1.4"), std::string::npos);
    EXPECT_NE(verdict.tokens().find(" MAIL_SEEMS_FORGED=2.5"), std::string::npos);
    EXPECT_EQ(verdict.text, "450 No DNS entries for your MTA, HELO and Domain. Contact YOUR administrator "
                            "Your HELO: [192.0.2.1], "
                            "IP: 192.0.2.1");
    EXPECT_FALSE(verdict.is_for_message);
    EXPECT_EQ(verdict.spam, Verdict::Spam::no);
}

TEST(Score, AReverseNameOfTheHelosOwnerCounts) {
    Case mail;
    mail.reverse({"host7.helo.net"});
    EXPECT_NE(mail.weigh().tokens().find(" REV_IP_EQ_HELO_DOMAIN=-1.25"), std::string::npos);
    mail.zones.clear();
    mail.reverse({"mail.helo.com"});
    EXPECT_NE(mail.weigh().tokens().find(" REV_IP_EQ_HELO=-1.25"), std::string::npos);
}

TEST(Score, APublicSuffixIsNobodysLabel) {
    Case mail;
    mail.subject.helo = "mail.one.co.uk";
    mail.reverse({"host.two.co.uk"});
    EXPECT_NE(mail.weigh().tokens().find(" RESOLVED_IP_IS_NOT_HELO=1.5"), std::string::npos);
}

TEST(Score, APublicSuffixIsNotAskedAsAParent) {
    Case mail;
    mail.subject.sender = "alice@sender.co.uk";
    mail.put("co.uk", Type::a, {"192.0.2.1"});
    EXPECT_EQ(mail.weigh().tokens().find("CL_IP_EQ_FROM_IP"), std::string::npos);
    const auto names = next_wave(mail.subject, mail.settings, mail.known, {}, {}).names;
    EXPECT_EQ(std::ranges::count(names, Question{"co.uk", Type::mx}), 0);
    EXPECT_EQ(std::ranges::count(names, Question{"sender.co.uk", Type::mx}), 1);
    mail.subject.sender = "alice@co.uk";
    EXPECT_NE(mail.weigh().tokens().find("CL_IP_EQ_FROM_IP"), std::string::npos);
}

TEST(Score, ADialupClientIsScoredAndWeighsOnTheRest) {
    Case mail;
    mail.reverse({"p1.dip.isp.com"});
    mail.subject.sender = "nobody@sender.com";
    const std::string tokens = mail.weigh().tokens();
    EXPECT_NE(tokens.find(" CL_SEEMS_DIALUP=3.75"), std::string::npos) << tokens;
    EXPECT_NE(tokens.find(" FROM_NBDY_ANON=4.92"), std::string::npos) << tokens;
}

TEST(Score, ADialupHeloIsAskedToUseDynDns) {
    Case mail;
    mail.subject.helo = "host-192-0-2-1.dsl.isp.com";
    const Verdict verdict = mail.weigh();
    EXPECT_NE(verdict.tokens().find(" NOK_HELO_SEEMS_DIALUP=5"), std::string::npos);
    EXPECT_TRUE(verdict.text.ends_with("; Please use DynDNS"));
}

TEST(Score, AListedDomainIsScoredAndNamed) {
    Case mail;
    mail.settings.reject_level = 6;
    mail.put("sender.com.multi.surbl.org", Type::a, {"127.0.0.8"});
    const Verdict verdict = mail.weigh();
    EXPECT_NE(verdict.tokens().find(" IN_SURBL=7.1"), std::string::npos);
    EXPECT_TRUE(verdict.text.ends_with("; in multi.surbl.org"));
}

TEST(Score, AListedClientThatIsNoMxOfTheSenderIsToldToRelay) {
    Case mail;
    mail.list(spamcop)
        .put("mail.helo.com", Type::a, {"192.0.2.1"})
        .put("sender.com", Type::a, {"198.51.100.1"});
    const Verdict verdict = mail.weigh();
    EXPECT_NE(verdict.tokens().find(" CLIENT_NOT_MX/A_FROM_DOMAIN=5.25 CLIENT/24_NOT_MX/A_FROM_DOMAIN=5.25"),
              std::string::npos);
    EXPECT_NE(verdict.text.find("; please relay via your ISP (sender.com)"), std::string::npos);
}

// A HELO that is near the client is neither verified nor failed.
TEST(Score, OnlyTheDotsBehindTheAtMakeASenderOfManyParts) {
    Case mail;
    mail.subject.sender = "a.b.c@sender.com";
    mail.put("sender.com", Type::a, {"192.0.77.77"}).put("b.sender.com", Type::a, {"192.0.77.77"});
    EXPECT_EQ(mail.weigh().tokens().find("FROM_MULTIPARTED"), std::string::npos);
    mail.subject.sender = "a@b.sender.com";
    EXPECT_NE(mail.weigh().tokens().find(" FROM_MULTIPARTED=1.09"), std::string::npos);
}

TEST(Score, ARefusalForNowIsNotRememberedAsSpam) {
    for (const char* text : {"450 Not now", "DEFER not now", "defer_if_permit not now"}) {
        Case mail;
        mail.settings.texts.reject = text;
        EXPECT_EQ(mail.weigh().spam, Verdict::Spam::no) << text;
        mail.list(pbl).list(sbl).list(spamcop);
        mail.settings.list_limits.text = text;
        const Verdict verdict = mail.weigh();
        EXPECT_TRUE(verdict.is_over_list_limits);
        EXPECT_EQ(verdict.spam, Verdict::Spam::no) << text;
    }
    for (const char* text : {"550 No", "REJECT no"}) {
        Case mail;
        mail.settings.texts.reject = text;
        EXPECT_EQ(mail.weigh().spam, Verdict::Spam::client) << text;
    }
}

TEST(Score, EmptyLabelsAndLongNamesEndNothing) {
    for (const std::string& domain :
         {std::string("a..b.com"), std::string(".b.com"), std::string(300, 'x') + ".com",
          std::string(64, 'x') + ".com", std::string(""), std::string(".")}) {
        Case mail;
        mail.subject.sender = "alice@" + domain;
        mail.subject.helo = domain;
        EXPECT_TRUE(mail.weigh().is_full) << domain;
    }
}

TEST(Score, BouncesAndMailToThoseWhoHearComplaintsAreExempt) {
    Case mail;
    EXPECT_EQ(exemption(mail.subject), std::nullopt);
    mail.subject.recipient = "abuse@example.org";
    EXPECT_EQ(exemption(mail.subject)->text, "mail for abuse@example.org");
    mail.subject.sender = "";
    EXPECT_EQ(exemption(mail.subject)->text, "NULL (<>) Sender");
    Case other;
    other.subject.recipient = "postmaster.x@example.org";
    EXPECT_EQ(exemption(other.subject), std::nullopt);
}

} // namespace
} // namespace weight
