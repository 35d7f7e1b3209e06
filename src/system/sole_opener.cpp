#include "system/sole_opener.hpp"

#ifdef __linux__
#include "system/descriptor.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

namespace sys {

namespace {

unsigned forks = 0; // NOLINT: of the process, as pthread_atfork() counts them

bool are_forks_counted() {
    static const bool are_counted = pthread_atfork([] { ++forks; }, nullptr, nullptr) == 0;
    return are_counted;
}

// How often the signal came: with the first opener since nothing was left to be read of the watch. The next ones leave the
// same there, and bring none.
std::atomic<unsigned> signals{0}; // NOLINT: of the process

void count(int /*signal*/) {
    signals.fetch_add(1, std::memory_order_relaxed);
}

// It would end the process; it also comes with a lease that is held while another opens the file.
bool is_signal_counted() {
    struct sigaction action = {};
    action.sa_handler = count;
    action.sa_flags = SA_RESTART;
    return sigaction(SIGIO, &action, nullptr) == 0;
}

// For all files that are watched, and not closed before the process ends. A file's watch ends with the file.
Descriptor events{-1}; // NOLINT: one a process
pid_t whose_events = 0;

// Reads what is left of the watch; false where that cannot be told.
bool read_events() {
    alignas(inotify_event) std::array<char, 32 * sizeof(inotify_event)> some;
    ssize_t got = 0;
    do {
        got = read(events.number(), some.data(), some.size());
    } while (got > 0);
    return got < 0 && errno == EAGAIN;
}

Descriptor new_events() {
    Descriptor made{inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    const f_owner_ex owner{.type = F_OWNER_TID, .pid = gettid()};
    const bool has_signal = made.is_open() && fcntl(made.number(), F_SETOWN_EX, &owner) == 0 &&
                            fcntl(made.number(), F_SETFL, O_NONBLOCK | O_ASYNC) == 0;
    return has_signal ? std::move(made) : Descriptor{-1};
}

// The file's own path may lead to another by now.
std::string path_of(int file) {
    return "/proc/self/fd/" + std::to_string(file);
}

bool is_watched(int file) {
    if (whose_events != getpid()) { // a child that read its parent's would take them away
        whose_events = getpid();
        events = new_events();
    }
    return events.is_open() && inotify_add_watch(events.number(), path_of(file).c_str(), IN_OPEN) >= 0;
}

// Not every system that has all of this also sends the signal at once.
bool is_opening_seen(int file) {
    const unsigned before = signals;
    const bool is_read = read_events();
    const Descriptor other{open(path_of(file).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    return is_read && other.is_open() && signals != before;
}

} // namespace

SoleOpener::SoleOpener(int file)
    : file_(file), forks_(forks),
      is_told_(are_forks_counted() && is_signal_counted() && is_watched(file) && is_opening_seen(file)) {}

void SoleOpener::ask() {
    if (!is_told_ || term() != 0) {
        return;
    }
    opened_ = signals;
    is_alone_ = read_events() && is_open_here_only(); // who has opened it since shows in term()
    term_ += is_alone_ ? 1 : 0;
}

std::uint32_t SoleOpener::term() {
    is_alone_ = is_alone_ && forks_ == forks && opened_ == signals;
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
