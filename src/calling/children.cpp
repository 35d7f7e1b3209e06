#include "calling/children.hpp"

#include "system/record_lock.hpp"
#include "system/waiting.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace calling {

namespace {

Children* deciding_now = nullptr; // NOLINT: whose decision before_waiting() is called in

// Nobody's decision is being made once this is gone.
class Deciding {
  public:
    Deciding(Children* children, void (*act)()) {
        deciding_now = children;
        sys::set_before_waiting(act);
    }
    Deciding(const Deciding&) = delete;
    Deciding& operator=(const Deciding&) = delete;
    ~Deciding() { sys::set_before_waiting(nullptr); }
};

} // namespace

void Children::deciding(const std::function<void()>& work, const std::function<void()>& in_child) {
    in_child_ = &in_child;
    const Deciding deciding{this, hand_over};
    work();
}

void Children::hand_over() {
    deciding_now->make_child();
}

void Children::make_child() {
    if (is_full()) {
        throw NoneFree{0};
    }
    running_.reserve(running_.size() + 1); // afterwards it would be too late to have no memory
    const pid_t child = fork();
    if (child < 0) {
        throw NoneFree{errno};
    }
    if (child == 0) {
        sys::set_before_waiting(nullptr);
        (*in_child_)();
        return;
    }
    running_.push_back(child);
    sys::RecordLock::leave_to_child();
    throw HandedOver{child};
}

std::optional<Children::End> Children::next_ended() {
    int status = 0;
    for (pid_t child = 0; !running_.empty() && (child = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (std::erase(running_, child) > 0) {
            return End{child, status};
        }
    }
    return std::nullopt;
}

} // namespace calling
