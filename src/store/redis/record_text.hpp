// A record as a key and a value of a Redis server, both readable (greyonce-state(5)):
//
//   greyonce:T 192.0.2.0 alice@example.net bob@example.org     1795614045 1795614180 000000
//   PREFIX, the kind's letter, a blank, the key                the numbers of the record's line
//
// Pure.
#pragma once

#include "greylist/record.hpp"
#include "store/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace redis {

using greylist::Key;
using greylist::Record;

// As in the file: so that every export of one fits the other. Throws sys::Trouble where a key is longer.
std::string name_of(std::string_view prefix, const Key& key);
std::string value_of(const Record& record);

// None where they are not what the functions above make.
std::optional<Key> key_in(std::string_view prefix, std::string_view name);
std::optional<Record> record_in(const Key& key, std::string_view value);

// For how many seconds from now on a record is kept: longer than the rule goes by it, which still decides; 0 or
// less where it need not be.
std::int64_t kept_for(const Record& record, const store::Keeping& keeping);

} // namespace redis
