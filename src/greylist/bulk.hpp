// Many records into the state at once: each bucket is locked, read, changed in memory and written back, once.
#pragma once

#include "greylist/rule.hpp"
#include "greylist/survey.hpp"

#include <functional>
#include <string>
#include <vector>

namespace greylist {

// What becomes of a record that is there, when one of the same key comes in.
using Merge = std::function<Record(const Record& seen, const Record& incoming)>;

// Of two accounts of one key the one that says more: who has passed has passed, and was last seen when the
// later one says.
Record merged(const Record& seen, const Record& incoming, const Rule& rule);

// Stores `records` in the file, which is made where it is missing. Throws sys::Trouble: some buckets may be
// stored then.
void store_all(const std::string& path, std::uint64_t max_size, std::vector<Record> records,
               const Merge& merge, const Progress& progress);

} // namespace greylist
