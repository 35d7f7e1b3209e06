#include "system/replace_file.hpp"

#include "system/trouble.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace sys {

namespace {

// The file itself where `path` leads over symbolic links; `path` where there is none.
std::string behind_links(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
    return real ? std::string{real.get()} : path;
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

Descriptor opened_directory(const std::string& path) {
    Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory.is_open()) {
        throw Trouble{"open", path, errno};
    }
    return directory;
}

} // namespace

Replacement::Replacement(std::string path)
    : path_(std::move(path)), place_(behind_links(path_)),
      directory_(opened_directory(directory_of(place_))) {
    struct stat old = {};
    const bool is_there = ::stat(place_.c_str(), &old) == 0;
    if (is_there && !S_ISREG(old.st_mode)) {
        throw Trouble{"replace", path_, "not a file"};
    }
    const std::string name = place_ + ".new." + std::to_string(::getpid());
    ::unlink(name.c_str()); // a killed process of the same number left it
    file_ = Descriptor{::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666)};
    if (!file_.is_open()) {
        throw Trouble{"create", name, errno};
    }
    temporary_.name = name;
    if (is_there) {
        keep_mode_and_owner(old);
    }
}

Replacement::Temporary::~Temporary() {
    if (!name.empty()) {
        ::unlink(name.c_str());
    }
}

void Replacement::keep_mode_and_owner(const struct stat& old) const {
    if (::fchown(descriptor(), old.st_uid, old.st_gid) != 0) {
        throw Trouble{"keep the owner in", temporary_.name, errno};
    }
    if (::fchmod(descriptor(), old.st_mode & 07777U) != 0) {
        throw Trouble{"keep the mode in", temporary_.name, errno};
    }
}

void Replacement::commit() {
    if (::fsync(descriptor()) != 0) {
        throw Trouble{"write", temporary_.name, errno};
    }
    if (::rename(temporary_.name.c_str(), place_.c_str()) != 0) {
        throw Trouble{"replace", path_, errno};
    }
    temporary_.name.clear();
    if (::fsync(directory_.number()) != 0) {
        throw Trouble{"write", directory_of(place_), errno};
    }
}

} // namespace sys
