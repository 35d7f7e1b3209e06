#include "system/read_file.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sys {

namespace {

constexpr std::size_t first_size = 1024; // more than most configurations have

} // namespace

std::string read_file(const std::string& path, std::size_t limit) {
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) {
        throw Trouble("open", path, errno);
    }
    std::string text(first_size, '\0');
    bool is_stream = false;
    for (std::size_t size = 0;;) {
        const std::size_t wanted = text.size() - size;
        const ssize_t got = is_stream
                                ? read(file.number(), text.data() + size, wanted)
                                : pread(file.number(), text.data() + size, wanted, static_cast<off_t>(size));
        if (got < 0 && errno == ESPIPE && !is_stream) {
            is_stream = true;
            continue;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Trouble("read", path, errno);
        }
        size += static_cast<std::size_t>(got);
        if (size > limit) {
            throw Trouble("read", path, "more than " + std::to_string(limit) + " bytes");
        }
        // On a regular file a short pread() means that its end was reached (POSIX, read()).
        if (got == 0 || (!is_stream && size < text.size())) {
            text.resize(size);
            return text;
        }
        if (size == text.size()) {
            text.resize(2 * size);
        }
    }
}

bool is_missing(const std::string& path) {
    return access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

} // namespace sys
