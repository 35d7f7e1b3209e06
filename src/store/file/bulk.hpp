// Many records into the state at once: each bucket is locked, read, changed in memory and written back, once.
#pragma once

#include "store/archive.hpp"

#include <string>
#include <vector>

namespace store {

// Stores `records` in the file, which is made where it is missing. Throws sys::Trouble: some buckets may be
// stored then.
void store_all(const std::string& path, std::uint64_t max_size, std::vector<Record> records,
               const Merge& merge, const Progress& progress);

} // namespace store
