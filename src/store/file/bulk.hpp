// Many records into the state at once: each bucket is locked, read, changed in memory and written back, once.
#pragma once

#include "greylist/rule.hpp"
#include "store/file/survey.hpp"

#include <functional>
#include <string>
#include <vector>

namespace store {

// What becomes of a record that is there, when one of the same key comes in.
using Merge = std::function<Record(const Record& seen, const Record& incoming)>;

// Stores `records` in the file, which is made where it is missing. Throws sys::Trouble: some buckets may be
// stored then.
void store_all(const std::string& path, std::uint64_t max_size, std::vector<Record> records,
               const Merge& merge, const Progress& progress);

} // namespace store
