#include "store/file/state_file.hpp"

#include "store/file/page_zero.hpp"
#include "system/identity.hpp"
#include "system/trouble.hpp"
#include "system/trusted_path.hpp"
#include "system/whole_io.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

namespace store {

namespace {

using namespace std::chrono_literals;
using sys::RecordLock;
using sys::Trouble;

// Page 0 and the roots: what every file begins with.
constexpr PageNumber fixed_pages = 1 + roots;

off_t offset_of(PageNumber number) {
    return static_cast<off_t>(number) * static_cast<off_t>(page_size);
}

struct stat status_of(const sys::Descriptor& file, const std::string& path) {
    struct stat status = {};
    if (fstat(file.number(), &status) != 0) {
        throw Trouble("look at", path, errno);
    }
    return status;
}

// Another process has a lease on it for some two microseconds in a second at most (sys::SoleOpener).
sys::Descriptor opened_beside_leases(const std::string& path, int flags) {
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) {
        sys::Descriptor file{::open(path.c_str(), flags)};
        if (file.is_open() || errno != EWOULDBLOCK || tries == most_tries) {
            return file;
        }
        std::this_thread::sleep_for(50us);
    }
}

Seed random_seed() {
    Seed seed{};
    if (getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size())) {
        throw Trouble("get", "random bytes", errno);
    }
    return seed;
}

std::string empty_state() {
    std::string bytes = page_zero(random_seed());
    bytes.reserve(fixed_pages * page_size);
    for (unsigned root = 0; root < roots; ++root) {
        const auto page = Page{{.number = 1 + root, .place = {.root = root}}}.bytes();
        bytes.append(page.data(), page.size());
    }
    return bytes;
}

} // namespace

StateFile::StateFile(std::string path, Access access, std::uint64_t max_size, bool sync)
    : path_(std::move(path)), max_size_(max_size), sync_(sync) {
    if (!open(access)) {
        if (access == Access::make) {
            create();
        }
        // What is missing even now is not there to be read, or a symbolic link to nowhere.
        if (!open(access)) {
            throw Trouble("open", path_, ENOENT);
        }
    }
    if (access == Access::make) {
        expect_to_be_ours();
    }
    read_start();
}

// A link is followed only where nobody else can have put it there.
sys::Descriptor StateFile::opened(int mode) const {
    constexpr int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK; // the latter for a pipe in its place
    sys::Descriptor file = opened_beside_leases(path_, mode | flags | O_NOFOLLOW);
    if (file.is_open() || errno != ELOOP) {
        return file;
    }
    if (!sys::is_trusted_path(path_)) {
        throw Trouble("open", path_, "a link that others can have put there");
    }
    return opened_beside_leases(path_, mode | flags);
}

bool StateFile::open(Access access) {
    if (access == Access::read) {
        why_read_only_ = EACCES;
    } else {
        file_ = opened(O_RDWR);
        if (!file_.is_open() && access == Access::make &&
            (errno == EACCES || errno == EROFS || errno == EPERM)) {
            why_read_only_ = errno;
        }
    }
    if (why_read_only_ != 0) {
        file_ = opened(O_RDONLY);
    }
    if (!file_.is_open() && errno != ENOENT) {
        throw Trouble("open", path_, errno);
    }
    return file_.is_open();
}

void StateFile::create() const {
    const std::string bytes = empty_state();
    const std::string suffix = bytes.substr(bytes.find("seed ") + 5, 8); // random, of the new file's own seed
    const std::string temporary = path_ + ".new-" + suffix;
    const sys::Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!file.is_open()) {
        throw Trouble("create", temporary, errno);
    }
    try {
        sys::write_at(file.number(), 0, bytes.data(), bytes.size(), temporary);
        // Otherwise a power failure could leave the name with a file of which a part is missing.
        if (fsync(file.number()) != 0) {
            throw Trouble("write", temporary, errno);
        }
        if (link(temporary.c_str(), path_.c_str()) != 0 && errno != EEXIST) {
            throw Trouble("create", path_, errno);
        }
    } catch (const Trouble&) {
        unlink(temporary.c_str());
        throw;
    }
    unlink(temporary.c_str());
}

void StateFile::fill() {
    if (!sys::is_trusted_path(path_) || status_of(file_, path_).st_nlink > 1) {
        throw Trouble("make", path_, "an empty file that others can have put there by a link");
    }
    const auto lock = lock_pages(0, fixed_pages, RecordLock::Mode::exclusive);
    if (status_of(file_, path_).st_size == 0) {
        const std::string bytes = empty_state();
        write_bytes(0, bytes.data(), bytes.size());
        if (fsync(file_.number()) != 0) {
            throw Trouble("write", path_, errno);
        }
    }
}

void StateFile::read_start() {
    const auto bytes = Page::buffer();
    std::size_t size = read(0, *bytes);
    if (size == 0) {
        if (!S_ISREG(status_of(file_, path_).st_mode)) {
            throw Trouble("open", path_, "not a regular file");
        }
        if (why_read_only_ != 0) {
            return; // a new state, in which nobody is known
        }
        fill();
        size = read(0, *bytes);
    }
    const std::string_view start{bytes->data(), size};
    const auto seed = seed_in(start);
    if (!seed) {
        throw Trouble("read", path_, whats_wrong_with(start));
    }
    seed_ = *seed;
    had_damaged_start_ = !is_page_zero(start, seed_);
    if (had_damaged_start_ && why_read_only_ == 0) {
        const std::string whole = page_zero(seed_);
        const auto lock = lock_pages(0, 1, RecordLock::Mode::exclusive);
        write_bytes(0, whole.data(), whole.size());
    }
}

void StateFile::expect_to_be_ours() {
    const struct stat status = status_of(file_, path_);
    if (!sys::is_ours(status) && !sys::is_in_its_owners_folder(path_, status)) {
        throw Trouble("use", path_, "it belongs to another user (" + std::to_string(status.st_uid) + ")");
    }
    is_open_to_others_ = (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

bool StateFile::is_current() const {
    if (why_read_only_ != 0 || !sys::Identity::of(path_).is_same_file(sys::Identity::of(file_.number()))) {
        return false;
    }
    const std::string line = first_line(seed_);
    std::string found(line.size(), '\0');
    return sys::read_at(file_.number(), 0, found.data(), found.size(), path_) == line.size() && found == line;
}

void StateFile::ask_whether_alone() {
    if (why_read_only_ == 0) {
        if (!sole_opener_) {
            sole_opener_.emplace(file_.number());
        }
        sole_opener_->ask();
    }
}

RecordLock StateFile::lock_pages(PageNumber first, PageNumber count, RecordLock::Mode mode) const {
    return {file_.number(), offset_of(first), offset_of(count), mode, path_};
}

RecordLock StateFile::lock(unsigned root) const {
    return why_read_only_ != 0 ? lock_for_reading(root)
                               : lock_pages(1 + root, 1, RecordLock::Mode::exclusive);
}

RecordLock StateFile::lock_for_reading(unsigned root) const {
    return lock_pages(1 + root, 1, RecordLock::Mode::shared);
}

PageNumber StateFile::pages() const {
    return static_cast<PageNumber>(status_of(file_, path_).st_size / static_cast<off_t>(page_size));
}

std::size_t StateFile::read(PageNumber number, Page::Bytes& bytes) const {
    return sys::read_at(file_.number(), offset_of(number), bytes.data(), bytes.size(), path_);
}

std::optional<Mark> StateFile::mark(PageNumber number) const {
    Mark mark{};
    const auto at = offset_of(number) + static_cast<off_t>(mark_start);
    const std::size_t size = sys::read_at(file_.number(), at, mark.data(), mark.size(), path_);
    return size == mark.size() ? std::optional{mark} : std::nullopt;
}

std::size_t StateFile::read_alone(PageNumber number, Page::Bytes& bytes) const {
    const auto lock =
        lock_pages(0, 1, why_read_only_ != 0 ? RecordLock::Mode::shared : RecordLock::Mode::exclusive);
    return read(number, bytes);
}

std::optional<Head> StateFile::head(PageNumber number) const {
    for (int look = 0; look < 2; ++look) {
        std::array<char, head_size> bytes{};
        const std::size_t size =
            sys::read_at(file_.number(), offset_of(number), bytes.data(), bytes.size(), path_);
        const auto head = head_in({bytes.data(), size});
        if (head && head->number == number) {
            return head;
        }
    }
    return std::nullopt;
}

void StateFile::write_bytes(PageNumber number, const char* bytes, std::size_t size) const {
    sys::write_at(file_.number(), offset_of(number), bytes, size, path_);
    if (sync_ && fdatasync(file_.number()) != 0) {
        throw Trouble("write", path_, errno);
    }
}

void StateFile::write(Page& page) const {
    const auto& bytes = page.bytes();
    write_bytes(page.head.number, bytes.data(), bytes.size());
}

bool StateFile::append(Page& page, Growth growth) const {
    const auto lock = lock_pages(0, 1, RecordLock::Mode::exclusive);
    const PageNumber count = std::max(pages(), fixed_pages);
    PageNumber number = count;
    if (is_orphan_of(page.head.place, count - 1)) {
        number = count - 1;
    } else if (count > last_page_number ||
               (growth == Growth::for_new_records && (std::uint64_t{count} + 1) * page_size > max_size_)) {
        return false;
    }
    page.head.number = number;
    write(page);
    return true;
}

// Whether the last page is one that a killed process added for this same place: the caller, who has the lock
// of its root, knows that no parent points to it.
bool StateFile::is_orphan_of(const Place& place, PageNumber number) const {
    const auto last = head(number);
    return last && last->place == place;
}

} // namespace store
