#include "system/record_lock.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"
#include "system/waiting.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>

namespace sys {

namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

#ifdef F_OFD_SETLK
constexpr int set_at_once = F_OFD_SETLK;
constexpr int set_and_wait = F_OFD_SETLKW;
constexpr int look = F_OFD_GETLK;
#else
constexpr int set_at_once = F_SETLK;
constexpr int set_and_wait = F_SETLKW;
constexpr int look = F_GETLK;
#endif

int set_lock(int descriptor, short type, off_t first, off_t length, int how) {
    struct flock request = {};
    request.l_type = type;
    request.l_whence = SEEK_SET;
    request.l_start = first;
    request.l_len = length;
    int result = 0;
    do {
        result = fcntl(descriptor, how, &request);
    } while (result != 0 && errno == EINTR);
    return how == look && result == 0 ? request.l_type : result;
}

void sleep_for(microseconds time) {
    const timespec pause{.tv_sec = 0, .tv_nsec = static_cast<long>(std::chrono::nanoseconds{time}.count())};
    nanosleep(&pause, nullptr);
}

// A process that reads and writes a page or two holds a lock for less.
constexpr microseconds brief = 300us;

unsigned owners = 0; // NOLINT: of what this process holds, as the system counts them

void set_after_waiting(int descriptor, short type, off_t first, off_t length, const std::string& path) {
    if (set_lock(descriptor, type, first, length, set_at_once) == 0) {
        return;
    }
    before_waiting();
    if (set_lock(descriptor, type, first, length, set_and_wait) != 0) {
        throw Trouble("lock", path, errno);
    }
}

// Whether the lock was had; false where readers have held it all this time. A writing process is waited for without end.
bool had_alone(int descriptor, off_t first, off_t length, const std::string& path) {
    constexpr microseconds longest_pause = 5ms;
    static microseconds patience = 300ms;
    microseconds waited{0};
    for (microseconds pause = 50us;; pause = std::min(2 * pause, longest_pause)) {
        if (set_lock(descriptor, F_WRLCK, first, length, set_at_once) == 0) {
            return true;
        }
        if (errno != EAGAIN && errno != EACCES) {
            throw Trouble("lock", path, errno);
        }
        if (waited >= patience && set_lock(descriptor, F_WRLCK, first, length, look) == F_RDLCK) {
            patience = longest_pause; // a request takes several locks, and has a deadline for all of them
            return false;
        }
        if (waited >= brief) {
            before_waiting();
        }
        sleep_for(pause);
        waited += pause;
    }
}

} // namespace

RecordLock::RecordLock(int descriptor, off_t first, off_t length, Mode mode, const std::string& path)
    : descriptor_(descriptor), first_(first), length_(length), owners_(owners) {
    if (mode == Mode::exclusive && had_alone(descriptor, first, length, path)) {
        return;
    }
    if (mode == Mode::exclusive) {
        const std::string other = path + ".lock";
        beside_ = Descriptor{::open(other.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
        if (!beside_.is_open()) {
            throw Trouble("lock", other, errno);
        }
        set_after_waiting(beside_.number(), F_WRLCK, first, length, other);
    }
    set_after_waiting(descriptor, F_RDLCK, first, length, path);
}

RecordLock::~RecordLock() {
    if (descriptor_ >= 0 && owners_ == owners) {
        set_lock(descriptor_, F_UNLCK, first_, length_, set_at_once); // cannot fail on a lock that is held
    }
}

void RecordLock::leave_to_child() {
    ++owners;
}

} // namespace sys
