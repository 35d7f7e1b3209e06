#include "system/read_file.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace sys {

std::string read_file(const std::string& path, std::size_t limit) {
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) {
        throw Trouble("open", path, errno);
    }
    std::string text;
    std::array<char, 4096> buffer{};
    while (true) {
        const ssize_t got = read(file.number(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Trouble("read", path, errno);
        }
        if (got == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > limit) {
            throw Trouble("read", path, "more than " + std::to_string(limit) + " bytes");
        }
    }
}

bool is_missing(const std::string& path) {
    return access(path.c_str(), F_OK) != 0 && errno == ENOENT;
}

} // namespace sys
