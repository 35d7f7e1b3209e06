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
    std::array<pollfd, 3> streams{};
    for (int number = 0; pollfd & stream : streams) {
        stream.fd = number++;
    }
    poll(streams.data(), streams.size(), 0);
    for (const pollfd& stream : streams) {
        if ((stream.revents & POLLNVAL) != 0) {
            open("/dev/null", O_RDONLY); // the lowest free number is this one
        }
    }
}

bool leads_elsewhere(int descriptor, int than) {
    struct stat its = {};
    struct stat other = {};
    if (fstat(descriptor, &its) != 0) {
        return false;
    }
    if (fstat(than, &other) != 0 || isatty(descriptor) == 1) {
        return true;
    }
    return its.st_dev != other.st_dev || its.st_ino != other.st_ino;
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
