#include "system/scheduling.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
namespace sys {
namespace {

// Of a child that began with `policy`.
int policy_after(int policy) {
    const pid_t child = fork();
    if (child == 0) {
        const sched_param none{};
        const bool is_set = sched_setscheduler(0, policy, &none) == 0;
        interrupt_nobody();
        _exit(is_set ? sched_getscheduler(0) : 100);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Scheduling, OnlyTheUsualPolicyIsChanged) {
    EXPECT_EQ(policy_after(SCHED_OTHER), SCHED_BATCH);
    EXPECT_EQ(policy_after(SCHED_BATCH), SCHED_BATCH);
    EXPECT_EQ(policy_after(SCHED_IDLE), SCHED_IDLE);
}

} // namespace
} // namespace sys
#endif
