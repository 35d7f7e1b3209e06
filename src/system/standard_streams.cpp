#include "system/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace sys {

void hold_standard_streams() {
    std::array<pollfd, 3> streams{{{STDIN_FILENO, 0, 0}, {STDOUT_FILENO, 0, 0}, {STDERR_FILENO, 0, 0}}};
    poll(streams.data(), streams.size(), 0);
    for (const pollfd& stream : streams) {
        if ((stream.revents & POLLNVAL) != 0) {
            open("/dev/null", O_RDONLY); // the lowest free number is this one
        }
    }
}

bool stderr_is_separate() {
    struct stat output = {};
    struct stat error = {};
    if (fstat(STDERR_FILENO, &error) != 0) {
        return false;
    }
    if (fstat(STDOUT_FILENO, &output) != 0 || isatty(STDERR_FILENO) == 1) {
        return true;
    }
    return output.st_dev != error.st_dev || output.st_ino != error.st_ino;
}

bool waited(int descriptor, short events) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return false;
    }
    pollfd stream{.fd = descriptor, .events = events, .revents = 0};
    return poll(&stream, 1, -1) == 1 || errno == EINTR;
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR && !waited(descriptor, POLLOUT)) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return true;
}

} // namespace sys
