#include "system/sole_opener.hpp"

#include "system/descriptor.hpp"
#include "system/temporary_file.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#ifdef __linux__
namespace sys {
namespace {

class SoleOpenerTest : public testing::Test {
  protected:
    [[nodiscard]] Descriptor opened(int mode) const {
        return Descriptor{open(file_.path().c_str(), mode | O_CLOEXEC | O_NONBLOCK)};
    }
    [[nodiscard]] const std::string& path() const { return file_.path(); }

  private:
    TemporaryFile file_{"x"};
};

TEST_F(SoleOpenerTest, ATermLastsUntilAnotherOpensTheFileAndTheNextOneBeginsOnceThatIsClosed) {
    const Descriptor file = opened(O_RDWR);
    SoleOpener sole{file.number()};
    EXPECT_EQ(sole.term(), 0U) << "nobody asked";
    for (std::uint32_t term = 1; term < 4; ++term) {
        sole.ask();
        EXPECT_EQ(sole.term(), term);
        sole.ask();
        EXPECT_EQ(sole.term(), term) << "it is under way";
        const Descriptor other = opened(term % 2 == 0 ? O_RDWR : O_RDONLY);
        EXPECT_EQ(sole.term(), 0U);
        sole.ask();
        EXPECT_EQ(sole.term(), 0U) << "the other has it open";
    }
}

TEST_F(SoleOpenerTest, WhoHadItOpenBeforeCounts) {
    const Descriptor file = opened(O_RDWR);
    const Descriptor reader = opened(O_RDONLY);
    SoleOpener sole{file.number()};
    sole.ask();
    EXPECT_EQ(sole.term(), 0U);
}

TEST_F(SoleOpenerTest, WhoOpenedAndClosedItBetweenTwoLooksEndsTheTermHoweverOften) {
    const Descriptor file = opened(O_RDWR);
    SoleOpener sole{file.number()};
    sole.ask();
    for (int times = 0; times < 100; ++times) {
        EXPECT_TRUE(opened(O_WRONLY).is_open()) << "nobody waits, nor is told to try again";
    }
    EXPECT_EQ(sole.term(), 0U);
    sole.ask();
    EXPECT_EQ(sole.term(), 2U);
}

TEST_F(SoleOpenerTest, ItIsTheFileThatCountsNotItsName) {
    const Descriptor file = opened(O_RDWR);
    const std::string other_name = path() + ".other";
    ASSERT_EQ(rename(path().c_str(), other_name.c_str()), 0);
    const Descriptor new_file{open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    SoleOpener sole{file.number()};
    sole.ask();
    EXPECT_TRUE(opened(O_RDWR).is_open());
    EXPECT_EQ(sole.term(), 1U);
    EXPECT_TRUE(Descriptor{open(other_name.c_str(), O_RDONLY | O_CLOEXEC)}.is_open());
    EXPECT_EQ(sole.term(), 0U);
    unlink(other_name.c_str());
}

// It shares the open file, which the kernel then takes for one.
TEST_F(SoleOpenerTest, WithAChildNeitherIsAloneUntilItOpensTheFileAnew) {
    Descriptor file = opened(O_RDWR);
    std::optional<SoleOpener> sole{file.number()};
    sole->ask();
    EXPECT_EQ(sole->term(), 1U);
    const pid_t child = fork();
    if (child == 0) {
        sole->ask();
        _exit(sole->term() == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    sole->ask();
    EXPECT_EQ(sole->term(), 0U);
    sole.reset();
    file = opened(O_RDWR);
    sole.emplace(file.number());
    sole->ask();
    EXPECT_EQ(sole->term(), 1U);
}

TEST_F(SoleOpenerTest, AChildThatLooksTakesNothingFromItsParent) {
    Descriptor file = opened(O_RDWR);
    const SoleOpener before_the_child{file.number()};
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const Descriptor has_closed{ends[0]};
    Descriptor closes{ends[1]};
    const pid_t child = fork();
    if (child == 0) {
        file = Descriptor{-1};
        if (write(closes.number(), "x", 1) != 1) {
            _exit(1);
        }
        const TemporaryFile its_own{"y"};
        const Descriptor opened_there{open(its_own.path().c_str(), O_RDWR | O_CLOEXEC)};
        unlink(its_own.path().c_str());
        SoleOpener sole{opened_there.number()};
        while (true) {
            sole.ask();
            static_cast<void>(sole.term());
        }
    }
    closes = Descriptor{-1};
    char told = 0;
    ASSERT_EQ(read(has_closed.number(), &told, 1), 1);
    file = opened(O_RDWR);
    SoleOpener sole{file.number()};
    unsigned terms = 0;
    for (int times = 0; times < 500; ++times) {
        sole.ask();
        terms += sole.term() != 0 ? 1 : 0;
        static_cast<void>(opened(O_RDONLY).is_open());
        usleep(100);
        EXPECT_EQ(sole.term(), 0U);
    }
    EXPECT_GT(terms, 100) << "the child has closed the file";
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

// On two processors at once, as far as there are two.
TEST_F(SoleOpenerTest, WhoHearsFromAnotherProcessThatItOpenedTheFileHasSeenIt) {
    std::array<int, 2> questions{};
    std::array<int, 2> answers{};
    ASSERT_EQ(pipe(questions.data()), 0);
    ASSERT_EQ(pipe(answers.data()), 0);
    const std::array<Descriptor, 4> ends{Descriptor{questions[0]}, Descriptor{questions[1]},
                                         Descriptor{answers[0]}, Descriptor{answers[1]}};
    const auto say = [](int to) { return write(to, "x", 1) == 1; };
    const auto hear = [](int from) {
        char byte = 0;
        return read(from, &byte, 1) == 1;
    };
    const pid_t child = fork();
    if (child == 0) {
        while (hear(questions[0]) && opened(O_RDWR).is_open() && say(answers[1])) {
        }
        _exit(1);
    }
    const Descriptor file = opened(O_RDWR);
    SoleOpener sole{file.number()};
    unsigned terms = 0;
    bool is_seen = true; // the child is ended below, also where it is not
    for (int times = 0; times < 5000 && is_seen; ++times) {
        sole.ask();
        terms += sole.term() != 0 ? 1 : 0;
        is_seen = say(questions[1]) && hear(answers[0]) && sole.term() == 0;
    }
    EXPECT_TRUE(is_seen);
    EXPECT_GT(terms, 4000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

TEST_F(SoleOpenerTest, WithoutTheSignalItIsNeverAlone) {
    sigset_t signal;
    sigset_t former;
    sigemptyset(&signal);
    sigaddset(&signal, SIGIO);
    sigprocmask(SIG_BLOCK, &signal, &former);
    const Descriptor file = opened(O_RDWR);
    SoleOpener sole{file.number()};
    sole.ask();
    EXPECT_EQ(sole.term(), 0U);
    sigprocmask(SIG_SETMASK, &former, nullptr);
}

TEST_F(SoleOpenerTest, TheKernelsSignalEndsNothing) {
    std::signal(SIGIO, SIG_DFL);
    const pid_t child = fork();
    if (child == 0) {
        const Descriptor file = opened(O_RDWR);
        const SoleOpener sole{file.number()};
        raise(SIGIO);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace sys
#endif
