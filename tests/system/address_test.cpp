#include "system/address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <array>
#include <cstdint>

namespace sys {
namespace {

TEST(Address, AnySpellingIsOneAddress) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8::0001", "2001:db8::1"},
        {"::", "::"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:c000:201", "192.0.2.1"},
        {"0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"},
        {"fe80::1%eth0", "fe80::1"},
        {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
    };
    for (const auto& [text, canonical] : cases) {
        const auto address = Address::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->text(), canonical);
    }
}

TEST(Address, AnyIpv6AddressIsSpeltAsInetNtopSpellsIt) {
    for (unsigned zeros = 0; zeros < 256; ++zeros) { // which of the groups are
        for (const auto low : std::array<std::uint8_t, 3>{0x01, 0x7F, 0xFF}) {
            std::array<std::uint8_t, 16> bytes{};
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                const bool is_zero = (zeros >> i / 2 & 1U) != 0;
                if (!is_zero && (i % 4 != 0 || low != 0x01)) {
                    bytes[i] = low;
                }
            }
            std::array<char, INET6_ADDRSTRLEN> text{};
            inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
            const auto address = Address::parse(text.data());
            ASSERT_TRUE(address) << text.data();
            const std::string mapped = address->bits() == 32 ? "::ffff:" : "";
            EXPECT_EQ(mapped + address->text(), text.data());
        }
    }
}

TEST(Address, NearMissesAreNone) {
    for (const std::string_view text :
         {"", "unknown", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24", "[::1]",
          "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::g", "IPv6:::1", "1.2.3.4%eth0", "%eth0",
          "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
        EXPECT_FALSE(Address::parse(text)) << text;
    }
    EXPECT_FALSE(Address::parse(std::string_view{"1.2.3.4\0", 8}));
}

TEST(Address, ANetworkHasItsHostBitsCleared) {
    const Address four = Address::parse("192.0.2.255").value();
    EXPECT_EQ(four.network(32), four);
    EXPECT_EQ(four.network(25).text(), "192.0.2.128");
    EXPECT_EQ(four.network(24).text(), "192.0.2.0");
    EXPECT_EQ(four.network(7).text(), "192.0.0.0");
    EXPECT_EQ(four.network(0).text(), "0.0.0.0");
    const Address six = Address::parse("2001:db8:ffff:ffff:ffff::1").value();
    EXPECT_EQ(six.network(64).text(), "2001:db8:ffff:ffff::");
    EXPECT_EQ(six.network(33).text(), "2001:db8:8000::");
}

TEST(Address, TheExpandedFormIsPostgreys) {
    EXPECT_EQ(Address::parse("2a01:222:f400:fe44::")->expanded(), "2a01:222:f400:fe44:0:0:0:0");
    EXPECT_EQ(Address::parse("::1")->expanded(), "0:0:0:0:0:0:0:1");
    EXPECT_EQ(Address::parse("192.0.2.1")->expanded(), "192.0.2.1");
}

} // namespace
} // namespace sys
