// Whether a path still leads to the same file, as it was.
#pragma once

#include <sys/stat.h>

#include <string>

namespace sys {

struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    time_t modified = 0; // seconds, and nanoseconds
    long modified_nanoseconds = 0;

    // Of nothing where the file cannot be looked at.
    static Identity of(const std::string& path);
    static Identity of(int descriptor);

    // Also of what cannot be looked at: it is still missing.
    friend bool operator==(const Identity&, const Identity&) = default;

    [[nodiscard]] bool is_same_file(const Identity& other) const {
        return inode != 0 && device == other.device && inode == other.inode;
    }
    [[nodiscard]] bool is_unchanged(const Identity& other) const {
        return is_same_file(other) && size == other.size && modified == other.modified &&
               modified_nanoseconds == other.modified_nanoseconds;
    }
};

} // namespace sys
