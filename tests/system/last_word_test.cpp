#include "system/last_word.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sys {
namespace {

struct End {
    std::string output;
    int status;
};

// What a process says and how it ends that does `act`, with its standard output read here.
template <typename Act>
End end_of(Act act) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        act();
        _exit(99);
    }
    close(ends[1]);
    End end{};
    char buffer[4096];
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
        end.output.append(buffer, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return end;
}

// Deeper than any stack.
// NOLINTNEXTLINE(misc-no-recursion)
[[gnu::noinline]] int overflow(int depth) {
    volatile char frame[4096];
    frame[depth % 4096] = 1;
    const int deeper = depth < 0 ? 0 : overflow(depth + 1);
    return deeper + frame[depth % 4096];
}

TEST(LastWord, AStackThatOverflowsIsAnsweredToo) {
    const End end = end_of([] {
        last_word::prepare("last\n", {.late = 74, .killed = 70});
        overflow(0);
    });
    EXPECT_EQ(end.output, "last\n");
    EXPECT_EQ(end.status, 70);
}

TEST(LastWord, TheLastThatWasPreparedIsSaidWithItsStatus) {
    for (const int signal : {SIGTERM, SIGALRM}) {
        const End end = end_of([signal] {
            for (const char* const text : {"first", "second", "third"}) {
                last_word::prepare(text, {.late = 1 + text[0], .killed = 2 + text[0]});
            }
            raise(signal);
        });
        EXPECT_EQ(end.output, "third");
        EXPECT_EQ(end.status, (signal == SIGALRM ? 1 : 2) + 't');
    }
}

TEST(LastWord, OnceTheAnswerIsOutTheDeadlineChangesNothing) {
    const End end = end_of([] {
        last_word::prepare("last", {.late = 74, .killed = 70});
        last_word::claim();
        last_word::done(0);
        raise(SIGALRM);
    });
    EXPECT_EQ(end.output, "");
    EXPECT_EQ(end.status, 0);
}

TEST(LastWord, ASignalWhileAnotherIsPreparedFindsOneOfThemWhole) {
    const std::string one(1000, 'a');
    const std::string other(10, 'b');
    for (int i = 0; i < 100; ++i) {
        const End end = end_of([&] {
            last_word::prepare(one, {.late = 1, .killed = 1});
            const itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 300 + i}};
            setitimer(ITIMER_REAL, &soon, nullptr);
            while (true) {
                last_word::prepare(other, {.late = 2, .killed = 2});
                last_word::prepare(one, {.late = 1, .killed = 1});
            }
        });
        ASSERT_TRUE(end.output == one || end.output == other) << end.output;
        ASSERT_EQ(end.status, end.output == one ? 1 : 2);
    }
}

} // namespace
} // namespace sys
