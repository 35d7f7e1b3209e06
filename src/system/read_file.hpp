// A whole file, read at once, up to a limit; and whether there is one.
#pragma once

#include <cstddef>
#include <string>

namespace sys {

// Throws Trouble: it cannot be opened or read, or has more than `limit` bytes. Works on pipes and devices
// too.
std::string read_file(const std::string& path, std::size_t limit);

// Nothing stands under this name. For files that may be missing: the first exception that a statically linked
// program throws costs it 8 million instructions (its unwinder sorts its tables), twenty times a whole
// decision.
bool is_missing(const std::string& path);

} // namespace sys
