// Who can have chosen where a path leads: in a folder that others may write they can put a link in a file's place.
#pragma once

#include <sys/stat.h>

#include <string>

namespace sys {

// Whether a file is ours, or root's.
bool is_ours(const struct stat& status);

// Whether all links on the way of `path`, and at its end, are ours or root's, and lie in folders where nobody
// else may put others in their place. True where there is no link.
bool is_trusted_path(const std::string& path);

// Whether a file of another owner is believed all the same: root looks at a user's file in the user's own
// folder, which nobody else may write.
bool is_in_its_owners_folder(const std::string& path, const struct stat& status);

} // namespace sys
