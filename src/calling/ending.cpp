#include "calling/ending.hpp"

#include "system/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace calling {

namespace {

// This process's own file, by the path that it was started by; empty where the system does not tell.
constexpr const char* this_program = "/proc/self/exe";

std::string path_of_this_program() {
    std::array<char, 4096> path{};
    const ssize_t length = readlink(this_program, path.data(), path.size());
    return length > 0 ? std::string{path.data(), static_cast<std::size_t>(length)} : std::string{};
}

// Of the file that runs, also where another has its path by now. It is opened, since an emulator shows its own file to
// who only looks at the name.
sys::Identity identity_of_this_program() {
    const sys::Descriptor file{open(this_program, O_PATH | O_CLOEXEC)};
    return file.is_open() ? sys::Identity::of(file.number()) : sys::Identity::of(path_of_this_program());
}

} // namespace

Ending::Ending(const std::string& config, Clock::time_point now) : last_look_(now), last_open_(now) {
    files_[0] = {config, sys::Identity::of(config)};
    files_[2] = {path_of_this_program(), identity_of_this_program()};
}

void Ending::expect(const std::string& rules, std::chrono::seconds idle) {
    files_[1] = {rules, sys::Identity::of(rules)};
    idle_ = idle;
}

bool Ending::look(Clock::time_point now) {
    if (now < last_look_ + between_looks) {
        return false;
    }
    last_look_ = now;
    const bool is_as_it_was = std::all_of(files_.begin(), files_.end(), [](const Watched& file) {
        return file.path.empty() || sys::Identity::of(file.path) == file.identity;
    });
    if (!is_as_it_was) {
        ask_for(now);
    }
    return true;
}

void Ending::ask_for(Clock::time_point now) {
    if (!wanted_) {
        wanted_ = now;
    }
}

void Ending::count(std::size_t open, Clock::time_point now) {
    if (open > 0) {
        last_open_ = now;
    }
}

bool Ending::is_due(std::size_t open, Clock::time_point now) const {
    return open == 0 && (wanted_ || now >= last_open_ + idle_);
}

} // namespace calling
