// Replacing a file as a whole: whoever opens it sees the old or the new one, never a part, also after a power
// failure.
#pragma once

#include "system/descriptor.hpp"

#include <functional>
#include <string>

namespace sys {

// Calls `write` with the descriptor of an empty temporary file in the same directory, puts it on the disk,
// and renames it over `path`. The old file's mode and owner are kept; a new one's mode is 0666 less the
// umask. Where `path` is a symbolic link, the file that it points to is replaced. Throws Trouble, and what
// `write` throws; then the old file is as it was and the temporary one is gone.
void replace_file(const std::string& path, const std::function<void(int descriptor)>& write);

} // namespace sys
