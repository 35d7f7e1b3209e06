#include "system/record_lock.hpp"

#include "system/descriptor.hpp"
#include "system/temporary_file.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/time.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

namespace sys {
namespace {

using namespace std::chrono_literals;

TEST(RecordLockTest, ALockThatFailsIsToldAtOnce) {
    EXPECT_THROW((RecordLock{-1, 0, 1, RecordLock::Mode::shared, "the file"}), Trouble);
    const Descriptor only_read{open("/dev/null", O_RDONLY | O_CLOEXEC)};
    EXPECT_THROW((RecordLock{only_read.number(), 0, 1, RecordLock::Mode::exclusive, "the file"}), Trouble);
}

#ifdef F_OFD_SETLKW
volatile std::sig_atomic_t interruptions = 0;

TEST(RecordLockTest, ASignalDoesNotEndTheWaitForALock) {
    const TemporaryFile file{"x"};
    const Descriptor one{open(file.path().c_str(), O_RDWR | O_CLOEXEC)};
    const Descriptor other{open(file.path().c_str(), O_RDWR | O_CLOEXEC)};
    struct sigaction counting = {};
    struct sigaction before = {};
    counting.sa_handler = [](int) { interruptions = interruptions + 1; }; // and no SA_RESTART
    sigaction(SIGUSR1, &counting, &before);
    std::optional<RecordLock> held{std::in_place, one.number(), 0, 1, RecordLock::Mode::exclusive,
                                   "the file"};
    const pthread_t waiting = pthread_self();
    std::thread holder{[&] {
        for (int i = 0; i < 5; ++i) {
            std::this_thread::sleep_for(20ms);
            pthread_kill(waiting, SIGUSR1);
        }
        held.reset();
    }};
    EXPECT_NO_THROW((RecordLock{other.number(), 0, 1, RecordLock::Mode::exclusive, "the file"}));
    holder.join();
    EXPECT_GT(interruptions, 0);
    sigaction(SIGUSR1, &before, nullptr);
}
#endif

} // namespace
} // namespace sys
