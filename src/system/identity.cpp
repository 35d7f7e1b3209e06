#include "system/identity.hpp"

namespace sys {

namespace {

Identity from(const struct stat& status) {
    return {.device = status.st_dev,
            .inode = status.st_ino,
            .size = status.st_size,
            .modified = status.st_mtim.tv_sec,
            .modified_nanoseconds = status.st_mtim.tv_nsec};
}

} // namespace

Identity Identity::of(const std::string& path) {
    struct stat status = {};
    return stat(path.c_str(), &status) == 0 ? from(status) : Identity{};
}

Identity Identity::of(int descriptor) {
    struct stat status = {};
    return fstat(descriptor, &status) == 0 ? from(status) : Identity{};
}

} // namespace sys
