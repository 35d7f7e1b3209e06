// A lock on a range of a file's bytes (fcntl(2)), given up when its owner goes, and by the kernel when the
// process dies. Open-file-description locks where the system has them: they also keep two parts of one
// process apart. Elsewhere POSIX record locks, which a process loses when it closes any descriptor of the
// file.
//
// A user who may only read a file can hold a shared lock on it without end. A process that wants it alone therefore
// waits for readers no longer than 0.3 s. Then it takes the same lock in a second file, which only its owner may
// open (`PATH.lock`), and a shared one in the file itself. The first keeps out the processes that came this way as
// well, the second those that meet no reader any more. Only readers see it write then.
#pragma once

#include "system/descriptor.hpp"

#include <sys/types.h>

#include <string>
#include <utility>

namespace sys {

class RecordLock {
  public:
    enum class Mode {
        shared,    // with other readers; the descriptor must be open for reading
        exclusive, // alone; the descriptor must be open for writing
    };

    // Waits until the lock is had: for long only after before_waiting() (waiting.hpp). `path` is for the message.
    // Throws Trouble, and what before_waiting() throws.
    RecordLock(int descriptor, off_t first, off_t length, Mode mode, const std::string& path);
    RecordLock(RecordLock&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), first_(other.first_), length_(other.length_),
          owners_(other.owners_), beside_(std::move(other.beside_)) {}
    RecordLock(const RecordLock&) = delete;
    RecordLock& operator=(const RecordLock&) = delete;
    RecordLock& operator=(RecordLock&&) = delete;
    ~RecordLock();

    // A child has been made, and goes on with what this process did: the locks that are held are its locks, and
    // not given up here. Both share them by the open file: this process has to open the file anew.
    static void leave_to_child();

  private:
    int descriptor_;
    off_t first_;
    off_t length_;
    unsigned owners_;       // before this process, by leave_to_child()
    Descriptor beside_{-1}; // given up after the lock in the file itself
};

} // namespace sys
