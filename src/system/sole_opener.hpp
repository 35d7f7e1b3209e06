// Whether a process is the only one that has a file open: then what it read there holds, until another opens the file.
//
// Nobody is held up by it. Who opens the file is told by inotify(7) before he has it, with a signal, SIGIO: it costs
// nothing to see that none has come. The signal is there before the opener can do anything, so whatever this process hears
// of him (by a lock that he gave up, by a request of a caller whom he has answered), it has its signal by then: no system
// call returns before a signal that has come was handled. That nobody else has the file open to begin with is told by a
// lease (fcntl(2), F_SETLEASE) that is had and given up again: the kernel gives none on a file that another has open. It
// gives none to another than the file's owner either, and file systems that are shared with other machines give none, or
// should not be used for a state. truncate(2), which opens nothing, goes unseen.
#pragma once

#include <cstdint>

namespace sys {

class SoleOpener {
  public:
    // `file`: open for reading and writing, for as long as this is used, by the thread that makes this and no other. From the
    // first one on SIGIO is handled here, and the process's end takes some 20 ms longer: that is how long the system takes
    // to close what tells who opens a file.
    explicit SoleOpener(int file);

    // Begins a new term if nobody else has the file open, unless one is under way.
    void ask();
    // As long as this stays the same, nobody else has had the file open; 0: somebody may have. After a fork() always 0:
    // parent and child share the open file.
    [[nodiscard]] std::uint32_t term();

  private:
    [[nodiscard]] bool is_open_here_only() const;

    int file_;
    unsigned forks_;      // of this process, before this was made
    bool is_told_;        // who opens the file
    unsigned opened_ = 0; // how often it was told of any watched file, when the term began
    bool is_alone_ = false;
    std::uint32_t term_ = 0; // the last one
};

} // namespace sys
