#include "protocol/framing.hpp"

#include "protocol/request.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace protocol {
namespace {

constexpr std::string_view first = "a=1\r\nb=\r2\n\r\n";
constexpr std::string_view second = "c=3\n\n";

const std::string ordinary =
    "request=smtpd_access_policy\nclient_address=192.0.2.1\nclient_name=mail.example.net\n"
    "helo_name=helo.example.net\nsender=alice@example.net\nrecipient=bob@example.org\n";

// What is kept of `bytes` that come in pieces of `size`.
std::string kept(std::string_view bytes, std::size_t size = std::string_view::npos) {
    Collector request;
    for (std::size_t at = 0; at < bytes.size(); at += std::min(size, bytes.size())) {
        request.take(bytes.substr(at, size));
    }
    return std::string{request.block()};
}

std::string value_of(std::string_view name, std::string_view block) {
    const std::string begin = "\n" + std::string{name} + "=";
    const std::string lines = "\n" + std::string{block};
    const auto at = lines.find(begin);
    return at == std::string::npos
               ? "none"
               : lines.substr(at + begin.size(), lines.find('\n', at + 1) - at - begin.size());
}

TEST(Framing, ARequestEndsAtItsEmptyLineHoweverTheBytesCome) {
    const std::string stream = std::string{first} + std::string{second};
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Collector request;
        std::size_t taken = request.take(std::string_view{stream}.substr(0, cut));
        taken += request.take(std::string_view{stream}.substr(taken));
        EXPECT_TRUE(request.is_complete()) << cut;
        EXPECT_EQ(request.block(), first) << cut;
        EXPECT_EQ(taken, first.size()) << cut;
    }
}

TEST(Framing, OnlyAnEmptyLineEnds) {
    for (const std::string_view text :
         {"", "a=1", "a=1\n", "a=1\n \n", "a=1\n\r\r\n", "\r", "a\n\rb\n", "a\r\n\r"}) {
        Collector request;
        EXPECT_EQ(request.take(text), text.size());
        EXPECT_FALSE(request.is_complete()) << testing::PrintToString(text);
        EXPECT_EQ(request.block(), text);
    }
}

TEST(Framing, ALineOfBlanksDoesNotEndHoweverLongItIs) {
    for (const std::size_t size : {1U, 4096U, 4097U, 100'000U}) {
        Collector request;
        request.take(std::string(size, ' '));
        request.take("\nsender=alice@example.net\n");
        EXPECT_FALSE(request.is_complete()) << size;
        EXPECT_EQ(value_of("sender", request.block()), "alice@example.net") << size;
        EXPECT_EQ(request.block().find("\n\n"), std::string_view::npos) << size;
    }
}

TEST(Framing, OfAValueThatIsTooLongTheMiddleIsLeftOut) {
    const std::pair<std::string, std::size_t> names[] = {
        {"client_name", 255},   {"reverse_client_name", 255}, {"helo_name", 255}, {"etrn_domain", 255},
        {"sender", 512},        {"recipient", 512},           {"queue_id", 512},  {"instance", 512},
        {"sasl_username", 512}, {"ccert_subject", 512},       {"size", 512}};
    for (const auto& [name, limit] : names) {
        for (const std::size_t length :
             {limit - 1, limit, limit + 1, std::size_t{4096}, std::size_t{70'000}}) {
            std::string value(length, 'm');
            value.replace(0, 20, "beginning@x.example ");
            value.replace(length - 20, 20, " user@domain.example");
            const std::string cut = value_of(name, kept(name + "=" + value + "\n"));
            EXPECT_EQ(cut.size(), std::min(length, limit)) << name << length;
            EXPECT_TRUE(cut.starts_with("beginning@x.example ")) << name << length;
            EXPECT_TRUE(cut.ends_with(" user@domain.example")) << name << length;
        }
    }
}

TEST(Framing, WhatPostfixDoesNotSendGoesWhereItIsTooLong) {
    const std::string line = "x=" + std::string(longest_value - 2, 'a') + "\n";
    EXPECT_EQ(kept(line + ordinary), line + ordinary);
    for (const std::string& long_line :
         {"x=" + std::string(longest_value - 1, 'a'), std::string(70'000, 'x') + "=1",
          std::string(70'000, 'x'), std::string(2000, 'x') + "sender=mallory@example.com",
          "Sender=" + std::string(9000, '=')}) {
        EXPECT_EQ(kept(long_line + "\n" + ordinary), ordinary) << long_line.substr(0, 20);
        EXPECT_EQ(kept(ordinary + long_line), ordinary) << long_line.substr(0, 20);
    }
}

TEST(Framing, WhatIsKeptDoesNotDependOnThePieces) {
    std::string text = "  " + ordinary + std::string(5000, ' ') + "helo_name=" + std::string(6000, 'h') +
                       "\r\n" + std::string(300, ' ') + "sender=" + std::string(511, 's') + "\xc3\xa4" +
                       std::string(600, '\x80') + "\r\nx=" + std::string(512, 'y') + "\n" +
                       std::string(6000, ' ') + "\n";
    for (int i = 0; i < 400; ++i) {
        text += "x" + std::to_string(i) + "=1\nrecipient=" + std::to_string(i % 3) + "@example.org\n";
    }
    text += "client_name=" + std::string(9000, '\x80');
    const std::string whole = kept(text);
    for (const std::size_t size : {1U, 2U, 7U, 255U, 1024U, 4095U, 4096U, 4097U}) {
        EXPECT_EQ(kept(text, size), whole) << size;
    }
    EXPECT_EQ(kept(text + "\n\n", 100), kept(text + "\n\n"));
    const std::string blanks =
        std::string(4200, ' ') + "\ngarbage\n  x=1\n" + std::string(4200, ' ') + "size=1\n";
    EXPECT_EQ(kept(blanks), "garbage\n  x=1\nsize=1\n");
    EXPECT_EQ(kept(blanks, 100), kept(blanks));
}

TEST(Framing, ACharacterIsCutWholeAndBytesThatAreNoneAreNotLost) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
        std::string value(shift, 'a');
        while (value.size() < 2000) {
            value += "\xf0\x9f\x98\x80";
        }
        const std::string cut = value_of("sender", kept("sender=" + value + "\n"));
        EXPECT_LE(cut.size(), longest_value);
        EXPECT_GE(cut.size(), longest_value - 6);
        EXPECT_EQ((cut.size() - shift) % 4, 0U);
        EXPECT_EQ(cut, value.substr(0, cut.size()));
    }
    EXPECT_GE(value_of("sender", kept("sender=" + std::string(2000, '\x80') + "\n")).size(),
              longest_value - 6);
}

TEST(Framing, NoNumberAndNoSizeOfOtherLinesPushesOutWhatPostfixSends) {
    std::string others;
    for (int i = 0; i < 5000; ++i) {
        others += "x" + std::to_string(i) + "=" + std::string(100, 'y') + "\ngarbage\n=\n";
    }
    for (const std::string& text : {others + ordinary, ordinary + others, others + ordinary + others}) {
        const std::string block = kept(text);
        EXPECT_LE(block.size(), largest_request);
        EXPECT_LE(std::count(block.begin(), block.end(), '\n'), static_cast<std::ptrdiff_t>(most_attributes));
        for (const std::string name :
             {"request", "client_address", "client_name", "helo_name", "sender", "recipient"}) {
            EXPECT_EQ(value_of(name, block), value_of(name, ordinary)) << name;
        }
    }
}

TEST(Framing, OfOrdinarySizeEverythingStays) {
    std::string text = ordinary;
    for (std::size_t lines = 6; lines < most_attributes; ++lines) {
        text += "x=\n";
    }
    EXPECT_EQ(kept(text), text);
    EXPECT_EQ(kept(text + "\n"), text + "\n");
    EXPECT_EQ(value_of("x", kept(text + "x=\n")), "none");
    EXPECT_EQ(value_of("y", kept(text + "x=\ny=1\n")), "none"); // nor what comes after it
}

TEST(Framing, OfARepeatedAttributeInACrowdTheFirstValueAndAnotherStay) {
    std::string text = ordinary;
    for (int i = 0; i < 2000; ++i) {
        text += "client_address=203.0.113." + std::to_string(i % 5) + "\n";
    }
    text += "client_address=192.0.2.1\n";
    const std::string block = kept(text);
    EXPECT_LE(block.size(), 20'000U);
    const auto parsed = parse_request(block);
    EXPECT_EQ(std::get<Request>(parsed).contradiction, "client_address");
}

TEST(Framing, ACrowdDoesNotHideAContradictionBeforeIt) {
    std::string text = ordinary + "client_address=203.0.113.1\nsender=alice@example.net\n";
    for (int i = 0; i < 1000; ++i) {
        text += "x=\n";
    }
    EXPECT_EQ(std::get<Request>(parse_request(kept(text))).contradiction, "client_address");
}

TEST(Framing, FewLinesThatAreLongAreACrowdToo) {
    std::string text;
    while (text.size() < 2 * largest_request) {
        text += "x=" + std::string(longest_value - 2, 'y') + "\n";
    }
    ASSERT_LE(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(most_attributes));
    EXPECT_LE(kept(text).size(), largest_request);
    EXPECT_EQ(value_of("sender", kept(text + ordinary)), "alice@example.net");
    EXPECT_EQ(value_of("sender", kept(ordinary + text)), "alice@example.net");
}

TEST(Framing, OfATooLargeRequestTheEndIsFoundAndLittleKept) {
    Collector request;
    const std::string chunk(4096, 'x');
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(request.take(chunk), chunk.size());
    }
    EXPECT_EQ(request.take("\n\nnext"), 2U);
    EXPECT_TRUE(request.is_complete());
    EXPECT_EQ(request.block(), "\n");
}

TEST(Framing, ANulByteIsAQuestionMark) {
    EXPECT_EQ(kept(std::string("sender=a\0b\n", 11)), "sender=a?b\n");
}

} // namespace
} // namespace protocol
