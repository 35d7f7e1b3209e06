// A whole file, read at once, up to a limit.
#pragma once

#include <cstddef>
#include <string>

namespace sys {

// Throws Trouble: it cannot be opened or read, or has more than `limit` bytes. Works on pipes and devices
// too.
std::string read_file(const std::string& path, std::size_t limit);

} // namespace sys
