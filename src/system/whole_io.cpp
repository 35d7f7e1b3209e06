#include "system/whole_io.hpp"

#include "system/trouble.hpp"

#include <unistd.h>

#include <cerrno>

namespace sys {

namespace {

// A write that came out short starts over: the same bytes at the same place do no harm, and one that is short
// again and again is told from a full disk by its errno.
constexpr int most_tries = 3;

} // namespace

std::size_t read_at(int descriptor, off_t offset, char* bytes, std::size_t size, const std::string& path) {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = pread(descriptor, bytes + done, size - done, offset + static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw Trouble("read", path, errno);
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return done;
}

void write_at(int descriptor, off_t offset, const char* bytes, std::size_t size, const std::string& path) {
    for (int tries = 0; tries < most_tries;) {
        const ssize_t count = pwrite(descriptor, bytes, size, offset);
        if (count == static_cast<ssize_t>(size)) {
            return;
        }
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw Trouble("write", path, errno);
        }
        ++tries;
    }
    throw Trouble("write", path, ENOSPC);
}

} // namespace sys
