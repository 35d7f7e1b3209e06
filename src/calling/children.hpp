// Who waits in place of the process that serves all: a child of it as it stands, made where a decision would
// have to wait for another (system/waiting.hpp). The child goes on with that decision, and the process with the
// next request.
#pragma once

#include "calling/log.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace calling {

// Thrown in the process that serves, through the decision, which is none of its business any more. (None of
// std::exception: trouble is caught on the way.)
struct HandedOver {
    pid_t child;
};
// The same where there are as many children as may be, or the system makes none: to be decided later, from
// the beginning.
struct NoneFree {
    int why; // an errno value; 0: as many as may be
};

class Children {
  public:
    explicit Children(std::uint64_t most) : most_(most) {}

    [[nodiscard]] bool is_full() const { return running_.size() >= most_; }
    [[nodiscard]] bool is_empty() const { return running_.empty(); }

    // Calls `work`, which may wait: then it throws HandedOver or NoneFree here, and returns in the child, after
    // `in_child` was called there.
    void deciding(const std::function<void()>& work, const std::function<void()>& in_child);

    // One that ended, of those that were handed over, and was not told of yet; none where there is no such. Throws nothing.
    struct End {
        pid_t child;
        int status; // as waitpid(2) has it
    };
    std::optional<End> next_ended();

  private:
    static void hand_over();
    void make_child();

    std::uint64_t most_;
    std::vector<pid_t> running_;
    const std::function<void()>* in_child_ = nullptr;
};

} // namespace calling
