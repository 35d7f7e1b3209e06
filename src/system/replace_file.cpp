#include "system/replace_file.hpp"

#include "system/trouble.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

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

// Gone with its owner, unless it has taken the place of the file.
class Temporary {
  public:
    explicit Temporary(const std::string& path) : name_(path + ".new." + std::to_string(::getpid())) {
        ::unlink(name_.c_str()); // a killed process of the same number left it
        file_ = Descriptor{::open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666)};
        if (!file_.is_open()) {
            throw Trouble{"create", name_, errno};
        }
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (!name_.empty()) {
            ::unlink(name_.c_str());
        }
    }

    [[nodiscard]] int number() const { return file_.number(); }

    void keep_mode_and_owner(const struct stat& old) const {
        if (::fchown(number(), old.st_uid, old.st_gid) != 0) {
            throw Trouble{"keep the owner in", name_, errno};
        }
        if (::fchmod(number(), old.st_mode & 07777U) != 0) {
            throw Trouble{"keep the mode in", name_, errno};
        }
    }

    void rename_to(const std::string& path) {
        if (::fsync(number()) != 0) {
            throw Trouble{"write", name_, errno};
        }
        if (::rename(name_.c_str(), path.c_str()) != 0) {
            throw Trouble{"replace", path, errno};
        }
        name_.clear();
    }

  private:
    std::string name_;
    Descriptor file_;
};

} // namespace

void replace_file(const std::string& path, const std::function<void(int)>& write) {
    const std::string place = behind_links(path);
    const std::string directory = directory_of(place);
    const Descriptor listing{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!listing.is_open()) {
        throw Trouble{"open", directory, errno};
    }
    Temporary temporary{place};
    struct stat old {};
    if (::stat(place.c_str(), &old) == 0) {
        if (!S_ISREG(old.st_mode)) {
            throw Trouble{"replace", path, "not a file"};
        }
        temporary.keep_mode_and_owner(old);
    }
    write(temporary.number());
    temporary.rename_to(place);
    if (::fsync(listing.number()) != 0) {
        throw Trouble{"write", directory, errno};
    }
}

} // namespace sys
