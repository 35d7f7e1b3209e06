#include "weight/response.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weight {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string number(unsigned value) {
    return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

// A record of the question's own name, by a pointer to it.
std::string record(unsigned type, const std::string& data) {
    return std::string("\xc0\x0c") + number(type) + number(1) + std::string(4, '\0') +
           number(static_cast<unsigned>(data.size())) + data;
}

Bytes response(const std::string& records, unsigned count, unsigned code = 0) {
    const std::string question = std::string("\7example\3org\0", 13) + number(255) + number(1);
    return bytes(number(7) + number(0x8180 | code) + number(1) + number(count) + number(0) + number(0) +
                 question + records);
}

const std::string four("\xc0\0\2\1", 4);
const std::string six("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
const std::string mx_host = number(10) + std::string("\2MX\xc0\x0c");

TEST(Response, ItsAddressesAndNamesAreTaken) {
    const Answer answer = read_response(response(record(1, four) + record(28, six) + record(15, mx_host), 3));
    EXPECT_FALSE(answer.failed);
    ASSERT_EQ(answer.addresses.size(), 2U);
    EXPECT_EQ(answer.addresses[0].text(), "192.0.2.1");
    EXPECT_EQ(answer.addresses[1].text(), "2001:db8::1");
    EXPECT_EQ(answer.names, std::vector<std::string>{"mx.example.org"});
}

TEST(Response, AnAliasOnTheWayIsPassedOver) {
    const Answer answer = read_response(response(record(5, "\1a\xc0\x0c") + record(1, four), 2));
    EXPECT_EQ(answer.addresses.size(), 1U);
    EXPECT_TRUE(answer.names.empty());
}

TEST(Response, ANameThatDoesNotExistIsAnAnswer) {
    EXPECT_FALSE(read_response(response("", 0, 3)).failed);
}

TEST(Response, EveryOtherCodeIsAFailure) {
    for (const unsigned code : {1U, 2U, 4U, 5U, 9U}) {
        EXPECT_TRUE(read_response(response("", 0, code)).failed) << code;
    }
}

TEST(Response, TheRootIsNoMxHost) {
    EXPECT_TRUE(read_response(response(record(15, number(0) + std::string(1, '\0')), 1)).names.empty());
}

TEST(Response, AddressesOfAnotherLengthAreNone) {
    EXPECT_TRUE(read_response(response(record(1, six) + record(28, four), 2)).addresses.empty());
}

std::string many(const std::string& record) {
    std::string records;
    for (unsigned i = 0; i < 200; ++i) {
        records += record;
    }
    return records;
}

TEST(Response, NoMoreThanTenMxHostsAreTaken) {
    EXPECT_EQ(read_response(response(many(record(15, mx_host)), 200)).names.size(), 10U);
}

TEST(Response, NoMoreThanAHundredReverseNamesAndAddressesAreTaken) {
    EXPECT_EQ(read_response(response(many(record(12, "\2MX\xc0\x0c")), 200)).names.size(), 100U);
    EXPECT_EQ(read_response(response(many(record(1, four)), 200)).addresses.size(), 100U);
    EXPECT_EQ(read_response(response(many(record(28, six)), 200)).addresses.size(), 100U);
}

TEST(Response, EveryTruncationOfItIsAFailure) {
    const Bytes whole = response(record(1, four) + record(28, six) + record(15, mx_host), 3);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_TRUE(read_response(std::span(whole).first(size)).failed) << size;
    }
}

TEST(Response, NoFlippedByteDoesHarm) {
    const Bytes whole = response(record(1, four) + record(28, six) + record(15, mx_host), 3);
    for (std::size_t place = 0; place < whole.size(); ++place) {
        for (unsigned value = 0; value < 256; ++value) {
            Bytes damaged = whole;
            damaged[place] = static_cast<std::uint8_t>(value);
            const Answer answer = read_response(damaged);
            EXPECT_LE(answer.addresses.size() + answer.names.size(), 3U);
        }
    }
}

TEST(Response, ANameThatPointsToItselfIsAFailure) {
    const std::string loop = number(10) + std::string("\xc0\x29");
    EXPECT_TRUE(read_response(response(record(15, loop), 1)).names.empty());
}

} // namespace
} // namespace weight
