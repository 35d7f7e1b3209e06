#include "greylist/selection.hpp"

#include <gtest/gtest.h>

namespace greylist {
namespace {

sys::Address address(std::string_view text) {
    return sys::Address::parse(text).value();
}

constexpr std::string_view client = "192.0.2.7";

Key triplet(bool hashed, std::string_view organisation = {}) {
    return triplet_of(address(client), "a@x.example", "b@y.example", {.hashed = hashed}, organisation);
}
Key pair(bool hashed, std::string_view organisation = {}) {
    return pair_of(address(client), "a@mail.x.example", {.hashed = hashed}, organisation).value();
}
Key correspondent(bool hashed) {
    return correspondent_of("a@mail.x.example", "b@y.example", {.hashed = hashed}).value();
}

TEST(Selection, AnOrganisationIsItsTripletsAndPairs) {
    Selection selection;
    selection.organisation = "outlook.com";
    EXPECT_TRUE(selection.selects(triplet(false, "outlook.com")));
    EXPECT_TRUE(selection.selects(pair(false, "outlook.com")));
    EXPECT_FALSE(selection.selects(triplet(false, "google.com")));
    EXPECT_FALSE(selection.selects(pair(false)));
    EXPECT_FALSE(selection.selects(correspondent_key("outlook.com", "b@y.example")));
}

TEST(Selection, AnAddressIsThePairsOfItsNetworkAsWell) {
    Selection selection;
    selection.client = address("192.0.2.200");
    EXPECT_TRUE(selection.selects(pair(false)));
    EXPECT_TRUE(selection.selects(triplet(false)));
    EXPECT_FALSE(selection.selects(pair(false, "outlook.com")));
}

TEST(Selection, ADomainIsItsPairsAndCorrespondents) {
    Selection selection;
    selection.sender = "@News.X.example";
    EXPECT_TRUE(selection.selects(pair(false, "outlook.com")));
    EXPECT_TRUE(selection.selects(correspondent(false)));
    EXPECT_FALSE(selection.selects(triplet(false))); // of another domain, as it is whole there
    selection.sender = "@y.example";
    EXPECT_FALSE(selection.selects(pair(false)));
    selection.sender = "a@mail.x.example";
    EXPECT_FALSE(selection.selects(pair(false)));
}

TEST(Selection, ARecipientIsWhatItHasWrittenTo) {
    Selection selection;
    selection.recipient = "B@y.example";
    EXPECT_TRUE(selection.selects(correspondent(false)));
    EXPECT_FALSE(selection.selects(pair(false)));
}

TEST(Selection, AHashedKeyIsFoundByAllThatItWasMadeOf) {
    Selection selection;
    selection.organisation = "outlook.com";
    selection.sender = "@x.example";
    EXPECT_TRUE(selection.selects(pair(true, "outlook.com")));
    EXPECT_FALSE(selection.selects(pair(true)));
    selection.sender = "a@x.example";
    selection.recipient = "b@y.example";
    EXPECT_TRUE(selection.selects(triplet(true, "outlook.com")));
    EXPECT_FALSE(selection.selects(triplet(true)));
    selection.organisation.reset();
    EXPECT_TRUE(selection.selects(correspondent(true)));
    selection.client = address(client);
    EXPECT_TRUE(selection.selects(triplet(true)));
    selection.recipient.reset();
    EXPECT_TRUE(selection.selects(pair(true)));
}

} // namespace
} // namespace greylist
