#include "system/sole_opener.hpp"

#ifdef __linux__
#include "system/descriptor.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

namespace sys {

namespace {

unsigned forks = 0; // NOLINT: of the process, as pthread_atfork() counts them

bool are_forks_counted() {
    static const bool are_counted = pthread_atfork([] { ++forks; }, nullptr, nullptr) == 0;
    return are_counted;
}

// It would come with a lease that is held while another opens the file, and end the process.
bool is_signal_ignored() {
    return std::signal(SIGIO, SIG_IGN) != SIG_ERR; // NOLINT: SIG_ERR is an integer as a pointer
}

// For all files that are watched, and not closed before the process ends. A file's watch ends with the file.
Descriptor events{-1}; // NOLINT: one a process
pid_t whose_events = 0;

// The file's own path may lead to another by now.
bool is_watched(int file) {
    if (whose_events != getpid()) { // a child that read its parent's would take them away
        whose_events = getpid();
        events = Descriptor{inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    }
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    return events.is_open() && inotify_add_watch(events.number(), path.c_str(), IN_OPEN) >= 0;
}

// How often it was seen that any of them had been opened, or that this cannot be told.
unsigned times_opened() {
    static unsigned times = 0;
    alignas(inotify_event) std::array<char, 32 * sizeof(inotify_event)> some;
    ssize_t got = 0;
    do {
        got = read(events.number(), some.data(), some.size());
        times += got >= 0 || errno != EAGAIN ? 1 : 0;
    } while (got >= 0);
    return times;
}

} // namespace

SoleOpener::SoleOpener(int file)
    : file_(file), forks_(forks), is_told_(are_forks_counted() && is_signal_ignored() && is_watched(file)) {}

void SoleOpener::ask() {
    if (!is_told_ || term() != 0) {
        return;
    }
    opened_ = times_opened();
    is_alone_ = is_open_here_only(); // who has opened it since shows in term()
    term_ += is_alone_ ? 1 : 0;
}

std::uint32_t SoleOpener::term() {
    is_alone_ = is_alone_ && forks_ == forks && opened_ == times_opened();
    return is_alone_ ? term_ : 0;
}

bool SoleOpener::is_open_here_only() const {
    return forks_ == forks && fcntl(file_, F_SETLEASE, F_WRLCK) == 0 &&
           fcntl(file_, F_SETLEASE, F_UNLCK) == 0;
}

} // namespace sys
#else
namespace sys {

SoleOpener::SoleOpener(int file) : file_(file), forks_(0), is_told_(false) {}

void SoleOpener::ask() {}

std::uint32_t SoleOpener::term() {
    return 0;
}

} // namespace sys
#endif
