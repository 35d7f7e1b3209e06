// A log cannot be forged from outside: lines as Exim writes them from what hostile clients say, by every
// log_selector, teach who really sent what to whom, or nothing.
#include "reading.hpp"
#include "system/address.hpp"
#include "thorough.hpp"
#include "transfer/mailbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace transfer {
namespace {

// What a client would say so that the line looks as if it told something else.
constexpr std::array pieces{") ",
                            "[203.0.113.9]",
                            ":25",
                            " P=esmtp",
                            " S=1",
                            " H=(x) [203.0.113.9]",
                            " H=",
                            " U=x",
                            " A=plain:x",
                            " id=",
                            " T=\"",
                            "\"",
                            "\\",
                            " DN=\"",
                            " for ",
                            " from <",
                            "<eve@example.org>",
                            " <",
                            ">",
                            " F=<",
                            " R=r",
                            " T=t",
                            " C=\"",
                            " K",
                            "(",
                            " (",
                            ".",
                            "@",
                            "eve@example.org",
                            " ",
                            "  ",
                            "x",
                            " Completed",
                            " <= ",
                            " => ",
                            "2023-11-14 22:13:20 1abcDE-000124-AB ",
                            "\t",
                            "\x01",
                            "\xC3\xA4"};

class Client {
  public:
    explicit Client(unsigned seed) : chance_(seed) {}

    bool may(unsigned in) { return chance_() % in == 0; }

    std::string text() {
        std::string result;
        for (auto left = chance_() % 12; left > 0; --left) {
            result += pieces.at(chance_() % pieces.size());
        }
        return result;
    }

    // As Exim takes it in MAIL and RCPT, and keeps it.
    std::string mailbox(const std::string& domain) {
        std::string local;
        for (auto words = chance_() % 3; words < 3; ++words) {
            local += local.empty() ? "" : ".";
            local += may(2) ? quoted(text()) : may(2) ? "w\\ x\\\"\\<" : "w";
        }
        return local + '@' + domain;
    }

    static std::string quoted(const std::string& text) {
        std::string result{'"'};
        for (const char c : text) {
            result += c == '"' || c == '\\' ? "\\" : "";
            result += c;
        }
        return result + '"';
    }

    // What does not print, as Exim writes it.
    static std::string printing(const std::string& text) {
        std::string result;
        for (const char c : text) {
            if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F) {
                result += c;
            } else {
                constexpr std::string_view digits = "01234567";
                const auto byte = static_cast<unsigned char>(c);
                result += '\\';
                result += digits[byte / 64U];
                result += digits[byte / 8U % 8U];
                result += digits[byte % 8U];
            }
        }
        return result;
    }

  private:
    std::mt19937 chance_;
};

struct Mail {
    std::string log;
    std::string key;
};

std::string arrival_of(Client& client, bool takes_any_helo, const std::string& sender,
                       const std::string& recipient) {
    std::string line = "<= " + sender;
    line += client.may(8) ? " R=1abcDE-000122-AB" : "";
    line += client.may(8) ? " DS" : "";
    line += " H=";
    const bool has_name = client.may(2);
    line += has_name ? "mail.example.net " : "";
    if (!has_name || client.may(2)) {
        line += '(' +
                (takes_any_helo  ? client.text()
                 : client.may(2) ? "[203.0.113.9]"
                                 : "mail.example.net") +
                ") ";
    }
    line += "[192.0.2.1]";
    line += client.may(3) ? ":4567" : "";
    line += client.may(3) ? " I=[198.51.100.6]:25" : "";
    line += takes_any_helo && client.may(4) ? " U=" + Client::printing(client.text()) : "";
    line += client.may(4) ? " Ci=17" : "";
    line += " P=esmtps";
    line += client.may(4) ? " L*-" : "";
    line += client.may(4) ? " X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no" : "";
    line += takes_any_helo && client.may(4) ? " DN=\"" + Client::printing(client.text()) + '"' : "";
    line += takes_any_helo && client.may(4) ? " SNI=" + Client::printing(client.text()) : "";
    line += client.may(4) ? " K S=300 M8S=0" : " S=300";
    line += client.may(4) ? " DKIM=example.net RT=0.1s" : "";
    line += client.may(2) ? " id=" + Client::printing(client.mailbox("[203.0.113.9]")) : "";
    line += client.may(2) ? " T=" + Client::printing(Client::quoted(client.text())) : "";
    line += client.may(3) ? " from <" + sender + '>' : "";
    line += client.may(3) ? " for " + recipient + ' ' + client.mailbox("example.org") : "";
    return line;
}

std::string delivery_of(Client& client, const std::string& sender, const std::string& recipient,
                        const std::string& local_part) {
    std::string line = "=> ";
    line += client.may(2) ? local_part : "u@store.example.com";
    line += client.may(3) ? " (list@example.com)" : "";
    line += " <" + recipient + '>';
    line += client.may(3) ? " F=<" + sender + '>' : "";
    line += client.may(3) ? " P=<" + sender + '>' : "";
    line += " R=local T=mbox";
    line += client.may(3) ? " H=store.example.com [198.51.100.1] C=" + Client::quoted(client.text()) : "";
    line += client.may(3) ? " QT=1s" : "";
    return line;
}

Mail mail_of(Client& client, bool takes_any_helo) {
    const std::string sender = client.mailbox("example.net");
    const std::string recipient = client.mailbox("example.org");
    const std::string asked = unquoted(recipient);
    const std::string start = "2023-11-14 22:13:20 1abcDE-000123-AB ";
    const auto address = *sys::Address::parse("192.0.2.1");
    return {start + arrival_of(client, takes_any_helo, sender, recipient) + '\n' + start +
                delivery_of(client, sender, recipient, asked.substr(0, asked.rfind('@'))) + '\n',
            greylist::triplet_of(address, sender, asked, {}).text};
}

// How many of so many mails are known.
int known_of(int mails, bool takes_any_helo) {
    int known = 0;
    for (int seed = 0; seed < mails; ++seed) {
        Client client{static_cast<unsigned>(seed)};
        const Mail mail = mail_of(client, takes_any_helo);
        const Result result = read("log", mail.log);
        EXPECT_TRUE(result.complaints.empty()) << mail.log;
        for (const std::string& key : result.keys()) {
            EXPECT_EQ(key, mail.key) << mail.log;
        }
        for (const std::string& key : result.keys(Kind::client)) {
            EXPECT_EQ(key, "192.0.2.1") << mail.log;
        }
        known += result.keys().empty() ? 0 : 1;
    }
    return known;
}

constexpr int mails = 20'000 / static_cast<int>(tests::every);

TEST(EximGrammar, NoTextOfAClientForgesALine) {
    EXPECT_GT(known_of(mails, true), mails * 8 / 10); // of the others, the line can be read in two ways
}

TEST(EximGrammar, WhereHeloIsAHostNearlyEveryLineIsUnderstood) {
    EXPECT_GT(known_of(mails, false), mails * 99 / 100);
}

} // namespace
} // namespace transfer
