// The three descriptors that a program is started with, and what is wrong with taking them for granted.
#pragma once

#include <string_view>

namespace sys {

// Puts something that cannot be written to in the place of each of 0, 1 and 2 that is closed, so that no file
// opened later gets its number and, with it, the answer.
void hold_standard_streams();

// Whether `descriptor` is open and leads elsewhere than another one (another device or inode), or to a
// person's terminal. Under inetd(8) and spawn(8) standard error is the caller's socket, and what is written to
// it becomes part of the answer.
bool leads_elsewhere(int descriptor, int than);

// After a read(2) or write(2) that failed: where that was because `descriptor` does not block and had
// nothing, or no room, waits until it has (`events` as in poll(2)) and is true.
bool waited(int descriptor, short events);

// Writes all of `bytes` to `descriptor`, which may be one that does not block. False, with errno set, where
// that fails.
bool write_all(int descriptor, std::string_view bytes);

} // namespace sys
