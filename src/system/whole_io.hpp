// Reads and writes at a place of a file that are done whole, through interruptions and short counts.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace sys {

// How many bytes there were: fewer than `size` only at the end of the file. Throws Trouble.
std::size_t read_at(int descriptor, off_t offset, char* bytes, std::size_t size, const std::string& path);

// Throws Trouble: a part may have been written then.
void write_at(int descriptor, off_t offset, const char* bytes, std::size_t size, const std::string& path);

} // namespace sys
