// One thing the greylist remembers, and the key it is remembered under.
// Pure: how records lie in the file is said in page.hpp, what they mean in rule.hpp.
#pragma once

#include "system/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace greylist {

using sys::Seconds;
using sys::Time;

enum class Kind : char {
    triplet = 'T',  // who has tried to send what to whom
    client = 'C',   // how often a client has come back, for the auto-whitelist
    instance = 'I', // a message that has had its header
};

// `text` is the record's key as it stands in the file: its fields, escaped, with one blank between them.
struct Key {
    Kind kind = Kind::triplet;
    std::string text;

    friend bool operator==(const Key&, const Key&) = default;
};

Key triplet_key(std::string_view client, std::string_view sender, std::string_view recipient);
Key client_key(std::string_view client);
Key instance_key(std::string_view instance);

struct Record {
    Key key;
    Time first;              // triplet: the attempt that its delay counts from
    Time last;               // the latest attempt (triplet), the latest count (client), the header (instance)
    std::uint64_t count = 0; // triplet: attempts that passed; client: first successes, at most one an hour

    friend bool operator==(const Record&, const Record&) = default;
};

} // namespace greylist
