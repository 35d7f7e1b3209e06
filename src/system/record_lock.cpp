#include "system/record_lock.hpp"

#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sys {

namespace {

#ifdef F_OFD_SETLKW
constexpr int set_and_wait = F_OFD_SETLKW;
#else
constexpr int set_and_wait = F_SETLKW;
#endif

int set_lock(int descriptor, short type, off_t first, off_t length) {
    struct flock request = {};
    request.l_type = type;
    request.l_whence = SEEK_SET;
    request.l_start = first;
    request.l_len = length;
    int result = 0;
    do {
        result = fcntl(descriptor, set_and_wait, &request);
    } while (result != 0 && errno == EINTR);
    return result;
}

} // namespace

RecordLock::RecordLock(int descriptor, off_t first, off_t length, Mode mode, const std::string& path)
    : descriptor_(descriptor), first_(first), length_(length) {
    if (set_lock(descriptor, mode == Mode::shared ? F_RDLCK : F_WRLCK, first, length) != 0) {
        throw Trouble("lock", path, errno);
    }
}

RecordLock::~RecordLock() {
    if (descriptor_ >= 0) {
        set_lock(descriptor_, F_UNLCK, first_, length_); // cannot fail on a lock that is held
    }
}

} // namespace sys
