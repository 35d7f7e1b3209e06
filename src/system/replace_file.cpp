#include "system/replace_file.hpp"

#include "system/trouble.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

namespace sys {

namespace {

constexpr const char* own_descriptors = "/proc/self/fd";

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

// The file that `path` leads to over symbolic links, whether it is there or not.
std::string behind_links(std::string path) {
    constexpr int most_links = 40; // as Linux has it
    for (int followed = 0; followed < most_links; ++followed) {
        std::array<char, PATH_MAX> target{};
        const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
        if (size < 0) {
            return path;
        }
        const std::string_view leads_to{target.data(), static_cast<std::size_t>(size)};
        path = leads_to.starts_with('/') ? std::string{leads_to}
                                         : directory_of(path).append("/").append(leads_to);
    }
    throw Trouble{"replace", path, ELOOP};
}

Descriptor opened_directory(const std::string& path) {
    Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory.is_open()) {
        throw Trouble{"open", path, errno};
    }
    return directory;
}

// A file without a name goes with its process, whatever ends that. Not open where there are none, and where
// it could not be named later.
Descriptor unnamed_file(const std::string& directory) {
#ifdef O_TMPFILE
    if (::access(own_descriptors, X_OK) == 0) {
        return Descriptor{::open(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0666)};
    }
#endif
    return {};
}

// As long as it lives no signal ends the process, SIGKILL apart.
class Undisturbed {
  public:
    Undisturbed() {
        sigset_t all;
        sigfillset(&all);
        ::sigprocmask(SIG_BLOCK, &all, &before_);
    }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;
    ~Undisturbed() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

} // namespace

Replacement::Replacement(std::string path)
    : path_(std::move(path)), place_(behind_links(path_)),
      directory_(opened_directory(directory_of(place_))) {
    struct stat old = {};
    const bool is_there = ::stat(place_.c_str(), &old) == 0;
    if (is_there && !S_ISREG(old.st_mode)) {
        throw Trouble{"replace", path_, "not a file"};
    }
    file_ = unnamed_file(directory_of(place_));
    if (!file_.is_open()) {
        make_named();
    }
    if (is_there) {
        keep_mode_and_owner(old);
    }
}

std::string Replacement::new_name() const {
    std::string name = place_ + ".new." + std::to_string(::getpid());
    ::unlink(name.c_str()); // a killed process of the same number left it
    return name;
}

void Replacement::make_named() {
    const std::string name = new_name();
    file_ = Descriptor{::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666)};
    if (!file_.is_open()) {
        throw Trouble{"create", name, errno};
    }
    temporary_.name = name;
}

void Replacement::give_name() {
    const std::string name = new_name();
    const std::string file = std::string{own_descriptors} + '/' + std::to_string(descriptor());
    if (::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        throw Trouble{"create", name, errno};
    }
    temporary_.name = name;
}

Replacement::Temporary::~Temporary() {
    if (!name.empty()) {
        ::unlink(name.c_str());
    }
}

void Replacement::keep_mode_and_owner(const struct stat& old) const {
    if (::fchown(descriptor(), old.st_uid, old.st_gid) != 0) {
        throw Trouble{"keep the owner of", path_, errno};
    }
    if (::fchmod(descriptor(), old.st_mode & 07777U) != 0) {
        throw Trouble{"keep the mode of", path_, errno};
    }
}

void Replacement::commit() {
    if (::fsync(descriptor()) != 0) {
        throw Trouble{"write", path_, errno};
    }
    const Undisturbed undisturbed;
    if (temporary_.name.empty()) {
        give_name();
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
