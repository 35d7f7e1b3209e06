#include "greylist/kind.hpp"
#include "greylist/report.hpp"
#include "greylist/triplet.hpp"
#include "system/text.hpp"
#include "transfer/format.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace greylist {
namespace {

using namespace std::chrono_literals;

constexpr Time now{1'700'000'900s};

// Keys as they can stand in a file that others wrote.
std::vector<Record> of_others() {
    std::vector<Record> records;
    for (const KindRow& row : kind_rows()) {
        const Kind kind = row.kind;
        for (const std::string text : {"192.0.2.1 a\x1b[2J@b.example c@d.example", "\x9b 31m", "a\rb", "\x07",
                                       " ", "x\ty z \xc3", "list \xe2\x80\xa8"}) {
            records.push_back({{kind, text}, now - 300s, now, 1, now, now + 1h, 0});
        }
    }
    return records;
}

TEST(CleanOutput, AKeyOfOthersCannotSteerATerminal) {
    for (const Record& record : of_others()) {
        for (std::string line :
             {text_line(record, now, {}), json_line(record, now, {}), clean_text(record.key) + '\n'}) {
            ASSERT_EQ(line.back(), '\n');
            line.pop_back();
            EXPECT_EQ(line, sys::cleaned(line));
        }
        EXPECT_FALSE(could_be_ours(record.key)) << clean_text(record.key);
        EXPECT_EQ(fields_of({record.key.kind, clean_text(record.key)}), fields_of(record.key));
        for (const Kind kind : {Kind::triplet, Kind::client}) {
            const std::string dump = transfer::postgrey_dump_of(record, kind);
            EXPECT_EQ(
                dump.find_first_not_of(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                                       "abcdefghijklmnopqrstuvwxyz{|}~\n"),
                std::string::npos);
        }
    }
}

TEST(CleanOutput, AKeyOfOursIsPrintedAsItIsAndTakenAgain) {
    const auto client = *sys::Address::parse("2001:db8::1");
    for (const bool by_host : {false, true}) {
        for (const bool hashed : {false, true}) {
            const Grouping grouping{.by_host = by_host, .hashed = hashed};
            for (const std::string& text :
                 {std::string{}, std::string{"<>"}, std::string{"A b%1b@x.example"},
                  std::string(600, 'x') + "@x.example", std::string{"\x1b\xff\xc3\xa4"}}) {
                for (const Key& key :
                     {triplet_of(client, text, text, grouping), client_of(client, grouping),
                      instance_of(text, grouping), weight_of("ham", {client.text(), text}, grouping)}) {
                    EXPECT_EQ(clean_text(key), key.text);
                    EXPECT_TRUE(could_be_ours(key)) << key.text;
                }
            }
        }
    }
}

TEST(CleanOutput, WhatWasShortenedAndWhatIsANoticeIsOursAndStaysAsItIs) {
    for (const Key& key :
         {triplet_key("192.0.2.0", std::string(500, '%'), std::string(400, 'a') + "@b.example"),
          instance_key(std::string(300, '\x1b')), weight_key("ham", {"192.0.2.1", std::string(300, ' ')}),
          Key{Kind::instance, "%full"}}) {
        EXPECT_EQ(clean_text(key), key.text);
        EXPECT_TRUE(could_be_ours(key)) << key.text;
    }
    EXPECT_EQ(clean_text({Kind::instance, "%~\x1b"}), "%~%1B");
    EXPECT_EQ(clean_text({Kind::instance, "%full\x1b"}), "%25full%1B");
}

} // namespace
} // namespace greylist
