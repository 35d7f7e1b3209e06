// One thing the greylist remembers, and the key it is remembered under.
// Pure: how records lie in the file is said in page.hpp, what they mean in rule.hpp.
#pragma once

#include "system/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greylist {

using sys::Seconds;
using sys::Time;

// Each has a row in kind.cpp.
enum class Kind : char {
    triplet = 'T',       // who has tried to send what to whom
    client = 'C',        // how often a client has come back, for the auto-whitelist
    instance = 'I',      // a message that has had its header
    weight = 'W',        // what the weight of a client remembers (greyonce-weight(5))
    pair = 'P',          // whose servers have come back with mail of which domain
    correspondent = 'S', // which domain one of ours has sent mail to
};

// `text` is the record's key as it stands in the file: its fields, escaped, with one blank between them.
struct Key {
    Kind kind = Kind::triplet;
    std::string text;

    friend bool operator==(const Key&, const Key&) = default;
};

// Fields as they come; they are escaped here, and shortened (in_key()).
Key triplet_key(std::string_view client, std::string_view sender, std::string_view recipient);
Key client_key(std::string_view client);
Key instance_key(std::string_view instance);
Key pair_key(std::string_view client, std::string_view domain);
Key correspondent_key(std::string_view domain, std::string_view recipient);
// `what` tells the weight's records apart: a message, a verdict, a list.
Key weight_key(std::string_view what, const std::vector<std::string>& fields);

struct Record {
    Key key;
    Time first; // triplet: the attempt that its delay counts from; pair, correspondent: the first count
    Time
        last; // the latest attempt (triplet), the latest count (client, pair, correspondent), the header (instance)
    // triplet: attempts that passed; client, pair: first successes, at most one an hour; correspondent: mails that
    // were sent, likewise
    std::uint64_t count = 0;

    // Of the weight alone.
    Time window{};          // when the present count began
    Time until{};           // after that it is forgotten
    std::int64_t score = 0; // in ten-thousandths

    friend bool operator==(const Record&, const Record&) = default;
};

// A record as one line of the file, without its newline:
//
//     T FIRST LAST COUNT CLIENT SENDER RECIPIENT
//     T 1700000000 1700000301 000001 192.0.2.0 a@b.example c@d.example
//     C COUNT LAST CLIENT
//     C 000005 1700000301 192.0.2.1
//     I LAST INSTANCE
//     I 1700000301 ab12.5f.0
//     W FIRST LAST COUNT WINDOW UNTIL SCORE WHAT FIELDS
//     W 1700000000 1700000301 000060 1700000000 1702592301 -0000061000 ham 192.0.2.1 b.example
//     P FIRST LAST COUNT CLIENT DOMAIN
//     P 1700000000 1700090000 000002 outlook.com b.example
//     S FIRST LAST COUNT DOMAIN RECIPIENT
//     S 1700000000 1700090000 000002 b.example c@d.example
//
// Numbers have a fixed width, so that a change never moves a record: times stop at 0 and 9999999999 (the year
// 2286), counts at most_counted. A hashed key is one field. What a kind does not store reads as `last` or 0.
constexpr std::uint64_t most_counted = 999999;

std::string line_of(const Record& record);
// None where `line` is no record of a known kind.
std::optional<Record> record_of(std::string_view line);
// How long the line of every record with this key is.
std::size_t line_size(const Key& key);
// The key at the end of a record's line; empty where it is no record of a known kind.
std::string_view key_in(std::string_view line);

// A field as it stands in a line: a blank, `%`, and every byte that may not be shown are %XX. An
// empty field is `<>`, and a field that is the two characters `<>` is `%3C%3E`.
std::string escaped(std::string_view field);
// The same, but of what would be longer than longest_field: `%~`, 20 hexadecimal digits of its SHA-1, `~`, and
// the end of it, so that names without end neither fill the state nor are taken for each other. No escaped
// field has a `%~`.
constexpr std::size_t longest_field = 128;
std::string in_key(std::string_view field);
std::string unescaped(std::string_view field);
// The fields of a key, unescaped.
std::vector<std::string> fields_of(const Key& key);
// The key's text with each field as escaped() writes it: the same, unless others wrote it. May leave the
// program.
std::string clean_text(const Key& key);
// Whether it is one of notice_key() (rule.hpp): what a client says is escaped with upper-case digits, or begins
// with `%~`.
bool is_notice(const Key& key);

} // namespace greylist
