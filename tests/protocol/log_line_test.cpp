#include "protocol/log_line.hpp"

#include <gtest/gtest.h>

namespace protocol {
namespace {

Request request_of(std::string_view value) {
    Request request{};
    request.client_name = value;
    request.sender = value;
    request.recipient = value;
    request.queue_id = value;
    return request;
}

std::string line_of(std::string_view value, const std::string& rule = "rules:1") {
    return decision_line({"greylist", "new", {}, rule}, request_of(value), false);
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(DecisionLine, HasPostgreysShape) {
    Request request = request_of("x@example.net");
    request.queue_id = "4XyZ";
    request.client_address = sys::Address::parse("192.0.2.1");
    EXPECT_EQ(decision_line({"pass", "triplet found", sys::Seconds{301}, {}}, request, true),
              "4XyZ: action=pass, reason=triplet found, delay=301, client_name=x@example.net, "
              "client_address=192.0.2.1, sender=x@example.net, recipient=x@example.net, dry-run");
}

TEST(DecisionLine, HasEachFieldOnceWhateverTheValuesSay) {
    for (const std::string_view name :
         {"action", "reason", "delay", "client_name", "client_address", "sender", "recipient", "rule"}) {
        for (const std::string_view before : {"x, ", "x,", "x; ", "\"x", "", "x\xC2\xA0", "x\t", "x%20"}) {
            const std::string value = std::string{before}.append(name).append("=forged@example.org");
            const std::string line = line_of(value);
            EXPECT_EQ(count(line, std::string{name} + "="), name == "delay" ? 0U : 1U) << line;
            EXPECT_EQ(count(line, ", "), 6U) << line;
        }
    }
}

TEST(DecisionLine, IsShortWhateverItsValuesAre) {
    for (const std::string_view piece : {"a", " ", "\"", "\xE2\x80\xAE", "\xF0\x9F\x93\xA7", "\n", "\xFF"}) {
        std::string value;
        while (value.size() < 16000) {
            value += piece;
        }
        const std::string line = line_of(value, value + ":1");
        EXPECT_LE(line.size(), longest_log_text);
        EXPECT_NE(line.find(", recipient="), std::string::npos);
        EXPECT_EQ(as_logged({LogLine::Level::info, line}), line);
    }
}

TEST(LoggedLine, IsNeverLongerThanItsLimit) {
    for (const auto level : {LogLine::Level::info, LogLine::Level::warning}) {
        const std::string line = as_logged({level, std::string(100000, 'x')});
        EXPECT_EQ(line.size(), longest_log_text);
        EXPECT_TRUE(line.ends_with("x..."));
    }
    EXPECT_EQ(as_logged({LogLine::Level::warning, "a\nb"}), "warning: a?b");
}

TEST(LoggedClient, HasOneAddress) {
    EXPECT_EQ(logged_client("mail.example.net", "192.0.2.1"), "mail.example.net[192.0.2.1]");
    EXPECT_EQ(logged_client("x[198.51.100.1]", "192.0.2.1"), "x?198.51.100.1?[192.0.2.1]");
}

} // namespace
} // namespace protocol
