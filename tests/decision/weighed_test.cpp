#include "decision/weighed.hpp"

#include <gtest/gtest.h>

namespace decision {
namespace {

TEST(Weighed, TheFirstPatternThatMatchesTheClientsNameIsKnownByItsPlace) {
    weight::Settings settings;
    settings.lists_only_clients = {"^mail", "[.]example[.]net$", "net$"};
    protocol::Request request{};
    request.client_name = "host.example.net";
    EXPECT_EQ(known_of(request, settings).lists_only, 2U);
    request.client_name = "host.other.net";
    EXPECT_EQ(known_of(request, settings).lists_only, 3U);
    request.client_name = "host.example.org";
    EXPECT_EQ(known_of(request, settings).lists_only, std::nullopt);
}

} // namespace
} // namespace decision
