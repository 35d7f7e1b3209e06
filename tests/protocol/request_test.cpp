#include "protocol/request.hpp"

#include <gtest/gtest.h>

#include <set>

namespace protocol {
namespace {

const std::string ordinary = "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\n"
                             "client_name=mail.example.net\nhelo_name=helo.example.net\n"
                             "sender=alice@example.net\nrecipient=bob@example.org\n";

Request parsed(const std::string& block) {
    const auto result = parse_request(block);
    if (const auto* malformed = std::get_if<Malformed>(&result)) {
        ADD_FAILURE() << malformed->reason;
        return {};
    }
    return std::get<Request>(result);
}

std::string why_malformed(const std::string& block) {
    const auto result = parse_request(block);
    const auto* malformed = std::get_if<Malformed>(&result);
    return malformed == nullptr ? "" : malformed->reason;
}

TEST(Request, FieldsAreReadFromLinesThatEndInLfOrCrlf) {
    for (const std::string eol : {"\n", "\r\n"}) {
        const std::string block = "client_address=192.0.2.1" + eol + "sender=a=b@example.net" + eol +
                                  "recipient=bob@example.org" + eol + eol;
        const Request request = parsed(block);
        EXPECT_EQ(request.client_address->text(), "192.0.2.1");
        EXPECT_EQ(request.sender, "a=b@example.net");
        EXPECT_EQ(request.recipient, "bob@example.org");
    }
}

TEST(Request, EndOfFileEndsItInTheMiddleOfALine) {
    EXPECT_EQ(parsed("client_address=192.0.2.1\nsender=\nrecipient=bob@example.o").recipient,
              "bob@example.o");
}

TEST(Request, NothingAfterTheEmptyLineCounts) {
    EXPECT_EQ(parsed(ordinary + "\nsender=mallory@example.com\n").sender, "alice@example.net");
}

TEST(Request, UnknownNamesAndLinesWithoutEqualsAreIgnored) {
    EXPECT_EQ(parsed("garbage\n=\nnew_in_postfix_9=1\n" + ordinary).sender, "alice@example.net");
}

TEST(Request, BlanksBeforeANameAreNotPartOfIt) {
    const std::string block =
        "client_address=192.0.2.1\n    sender= alice@example.net\n  recipient=bob@example.org\n   \n";
    const Request request = parsed(block);
    EXPECT_EQ(request.sender, " alice@example.net");
    EXPECT_EQ(request.recipient, "bob@example.org");
}

TEST(Request, TheLastOfARepeatedNameWins) {
    EXPECT_EQ(parsed(ordinary + "sender=carol@example.net\n").sender, "carol@example.net");
}

TEST(Request, NamesAreCaseSensitive) {
    EXPECT_EQ(parsed(ordinary + "Sender=carol@example.net\n").sender, "alice@example.net");
}

TEST(Request, AnEmptySenderIsASenderAndAnAbsentOneIsNot) {
    EXPECT_EQ(parsed("client_address=192.0.2.1\nsender=\nrecipient=b@c\n").sender, "");
    EXPECT_EQ(why_malformed("client_address=192.0.2.1\nrecipient=b@c\n"), "no sender attribute");
}

TEST(Request, WhatIsMissingHasItsDefault) {
    const Request request = parsed("client_address=192.0.2.1\nsender=\nrecipient=b@c\n");
    EXPECT_EQ(request.client_name, "unknown");
    EXPECT_EQ(request.protocol_state, "RCPT");
    EXPECT_FALSE(request.etrn_domain);
    EXPECT_TRUE(parsed(ordinary + "etrn_domain=\n").etrn_domain);
}

TEST(Request, APeerThatIsGoneHasNoAddress) {
    EXPECT_FALSE(parsed("client_address=unknown\nsender=\nrecipient=b@c\n").client_address);
}

TEST(Request, WhatCannotBeJudgedSaysWhy) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "it is empty"},
        {"\n", "no client_address attribute"},
        {"sender=\nrecipient=b@c\n", "no client_address attribute"},
        {"client_address=192.0.2.1\nsender=\n", "no recipient attribute"},
        {"client_address=192.0.2.300\nsender=\nrecipient=b@c\n",
         "client_address=192.0.2.300, expected an IP address"},
        {"client_address=\nsender=\nrecipient=b@c\n", "client_address=, expected an IP address"},
        {"request=junk\n" + ordinary.substr(ordinary.find('\n') + 1),
         "request=junk, expected smtpd_access_policy"},
        {"client_address=" + std::string(500, '1') + "\nsender=\nrecipient=b@c\n",
         "client_address=" + std::string(61, '1') + "..., expected an IP address"},
    };
    for (const auto& [block, reason] : cases) {
        EXPECT_EQ(why_malformed(block), reason) << block;
    }
}

TEST(Request, OnlyTwoValuesThatDifferAreAContradiction) {
    EXPECT_EQ(parsed(ordinary).contradiction, "");
    EXPECT_EQ(parsed(ordinary + ordinary).contradiction, "");
    EXPECT_EQ(parsed(ordinary + "x=1\nx=2\n").contradiction, "");
    for (const std::string name : {"client_address=192.0.2.2", "helo_name=", "sender=", "recipient=x",
                                   "request=smtpd_access_policy ", "protocol_state=DATA", "client_name=a"}) {
        const std::string block = ordinary + name + "\n";
        const auto result = parse_request(block);
        if (const auto* request = std::get_if<Request>(&result)) {
            EXPECT_EQ(request->contradiction, name.substr(0, name.find('='))) << name;
        } else {
            EXPECT_EQ(name, "request=smtpd_access_policy ");
        }
    }
    EXPECT_EQ(parsed(ordinary + "sasl_username=\nsasl_username=x\n").contradiction, "sasl_username");
    EXPECT_EQ(parsed(ordinary + "sasl_username=x\nsasl_username=\n").contradiction, "sasl_username");
}

TEST(Request, EveryAttributeOfPostfixHasItsNumberAndItsLimit) {
    std::set<std::size_t> numbers;
    for (const std::string_view name : {"request",
                                        "protocol_state",
                                        "protocol_name",
                                        "helo_name",
                                        "queue_id",
                                        "sender",
                                        "recipient",
                                        "recipient_count",
                                        "client_address",
                                        "client_name",
                                        "reverse_client_name",
                                        "instance",
                                        "sasl_method",
                                        "sasl_username",
                                        "sasl_sender",
                                        "size",
                                        "ccert_subject",
                                        "ccert_issuer",
                                        "ccert_fingerprint",
                                        "encryption_protocol",
                                        "encryption_cipher",
                                        "encryption_keysize",
                                        "etrn_domain",
                                        "stress",
                                        "ccert_pubkey_fingerprint",
                                        "client_port",
                                        "policy_context",
                                        "spf_result",
                                        "server_address",
                                        "server_port",
                                        "compatibility_level",
                                        "mail_version",
                                        "tls_sni",
                                        "policy_test_time"}) {
        const auto number = attribute_number(name);
        ASSERT_TRUE(number) << name;
        numbers.insert(*number);
        const bool is_name = name.ends_with("_name") && name != "protocol_name";
        EXPECT_EQ(longest_value_of(*number), is_name || name == "etrn_domain" ? 255U : 512U) << name;
    }
    EXPECT_EQ(numbers.size(), attribute_count);
    for (const std::string_view name : {"", "Sender", "sender ", "send", "senders"}) {
        EXPECT_FALSE(attribute_number(name)) << name;
    }
}

TEST(Request, ItsOwnTimeIsAWholeNumberOfSeconds) {
    const auto time = [](const std::string& text) { return test_time(parsed(ordinary + text)); };
    EXPECT_EQ(time("policy_test_time=1700000000\n"), sys::Time{sys::Seconds{1'700'000'000}});
    for (const std::string text :
         {"", "policy_test_time=\n", "policy_test_time=-1\n", "policy_test_time=1.5\n",
          "policy_test_time=now\n", "policy_test_time=99999999999999\n"}) {
        EXPECT_FALSE(time(text)) << text;
    }
}

TEST(Request, Base64IsReadInTheStandardAlphabet) {
    EXPECT_EQ(from_base64("YT1iCg=="), "a=b\n");
    EXPECT_EQ(from_base64("/+8="), "\xff\xef");
    EXPECT_EQ(from_base64(""), "");
    for (const std::string text : {"!", "YT1iCg=", "YT1iC", "YT1i=Cg=", "_-8="}) {
        EXPECT_FALSE(from_base64(text)) << text;
    }
}

} // namespace
} // namespace protocol
