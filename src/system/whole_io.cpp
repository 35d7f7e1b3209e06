#include "system/whole_io.hpp"

#include "system/trouble.hpp"

#include <unistd.h>

#include <cerrno>

namespace sys {

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
    for (std::size_t done = 0; done < size;) {
        // After a short write the next one says what is in its way.
        const ssize_t count =
            pwrite(descriptor, bytes + done, size - done, offset + static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            throw Trouble("write", path, count < 0 ? errno : EIO);
        }
        done += static_cast<std::size_t>(count);
    }
}

} // namespace sys
