#include "transfer/allowed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace transfer {
namespace {

const sys::Address client = *sys::Address::parse("192.0.2.7");

Home home() {
    Home home;
    home.rule.auto_whitelist_clients = 3;
    home.rule.auto_whitelist_pairs = 2;
    home.now = Time{Seconds{1'700'000'000}};
    return home;
}

greylist::Selection of(std::optional<std::string> sender, std::optional<std::string> recipient = {}) {
    greylist::Selection selection;
    selection.client = client;
    selection.sender = std::move(sender);
    selection.recipient = std::move(recipient);
    return selection;
}

std::string why_not(const greylist::Selection& selection, const Home& home) {
    try {
        static_cast<void>(allowed(selection, home));
        return "";
    } catch (const NotAllowed& reason) {
        return reason.why;
    }
}

TEST(Allowed, ATripletHasPassed) {
    EXPECT_EQ(allowed(of("alice@example.net", "bob@example.org"), home()),
              passed(greylist::triplet_of(client, "alice@example.net", "bob@example.org", {}), home().now));
}

TEST(Allowed, ANullSenderIsASender) {
    EXPECT_EQ(allowed(of("", "bob@example.org"), home()).key,
              greylist::triplet_of(client, "", "bob@example.org", {}));
}

TEST(Allowed, AClientHasBeenCountedOftenEnough) {
    const Record record = allowed(of({}), home());
    EXPECT_EQ(record.key, greylist::client_of(client, {}));
    EXPECT_EQ(record.count, 3);
}

TEST(Allowed, APairIsOldEnoughFromTheStart) {
    const Record record = allowed(of("@example.net"), home());
    EXPECT_EQ(record.key, *greylist::pair_of(client, "@example.net", {}));
    EXPECT_EQ(record.count, 2);
    EXPECT_EQ(record.last - record.first, home().rule.auto_whitelist_pairs_age);
}

TEST(Allowed, WhatNamesNobodyIsNot) {
    greylist::Selection nobody = of("alice@example.net", "bob@example.org");
    nobody.client.reset();
    for (const auto& selection : {nobody, of("alice@example.net"), of({}, "bob@example.org")}) {
        EXPECT_NE(why_not(selection, home()).find("expected --client"), std::string::npos);
    }
    greylist::Selection organisation;
    organisation.organisation = "example.net";
    EXPECT_NE(why_not(organisation, home()).find("an organisation"), std::string::npos);
    EXPECT_EQ(why_not(of({}), home()), "");
}

TEST(Allowed, WhereNobodyPassesAsSuchNobodyIs) {
    Home none = home();
    none.rule.auto_whitelist_clients = 0;
    none.rule.auto_whitelist_pairs = 0;
    EXPECT_NE(why_not(of({}), none).find("auto-whitelist-clients"), std::string::npos);
    EXPECT_NE(why_not(of("@example.net"), none).find("auto-whitelist-pairs"), std::string::npos);
    EXPECT_EQ(why_not(of("alice@example.net", "bob@example.org"), none), "");
}

} // namespace
} // namespace transfer
