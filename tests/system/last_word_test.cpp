#include "system/last_word.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <string_view>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sys {
namespace {

struct End {
    std::string output;
    int status;
};

// What a process says and how it ends that does `act`, which is given the descriptor that is read here.
template <typename Act>
End end_of(Act act) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        act(ends[1]);
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

last_word::Word word(std::string_view text, int output, last_word::ExitStatus status, LogPlace log = {}) {
    return {.text = text, .meaning = text, .output = output, .status = status, .log = log};
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
    const End end = end_of([](int output) {
        last_word::prepare(word("last\n", output, {.late = 74, .killed = 70}));
        overflow(0);
    });
    EXPECT_EQ(end.output, "last\n");
    EXPECT_EQ(end.status, 70);
}

TEST(LastWord, TheLastThatWasPreparedIsSaidWithItsStatus) {
    for (const int signal : {SIGTERM, SIGALRM}) {
        const End end = end_of([signal](int output) {
            for (const char* const text : {"first", "second", "third"}) {
                last_word::prepare(word(text, output, {.late = 1 + text[0], .killed = 2 + text[0]}));
            }
            raise(signal);
        });
        EXPECT_EQ(end.output, "third");
        EXPECT_EQ(end.status, (signal == SIGALRM ? 1 : 2) + 't');
    }
}

TEST(LastWord, OnceTheAnswerIsOutTheDeadlineChangesNothing) {
    const End end = end_of([](int output) {
        const std::vector<std::string> unsaid;
        last_word::prepare(word("last", output, {.late = 74, .killed = 70}));
        last_word::claim(unsaid);
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
        const End end = end_of([&](int output) {
            last_word::prepare(word(one, output, {.late = 1, .killed = 1}));
            const itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 300 + i}};
            setitimer(ITIMER_REAL, &soon, nullptr);
            while (true) {
                last_word::prepare(word(other, output, {.late = 2, .killed = 2}));
                last_word::prepare(word(one, output, {.late = 1, .killed = 1}));
            }
        });
        ASSERT_TRUE(end.output == one || end.output == other) << end.output;
        ASSERT_EQ(end.status, end.output == one ? 1 : 2);
    }
}

// The log goes to the same descriptor as the answer.
LogPlace log_to(int output) {
    return {LogPlace::Kind::stream, "program", 0, output};
}

TEST(LastWord, TheLogIsToldWhatEndedItAndWhatWasAnswered) {
    const std::string text = "action=DUNNO\n\n";
    for (const auto& [signal, what] :
         {std::pair{SIGALRM, "the deadline was reached"}, std::pair{SIGSEGV, "ended by the signal SEGV"},
          std::pair{SIGTERM, "ended by the signal TERM"}, std::pair{SIGXCPU, "ended by the signal XCPU"}}) {
        const End end = end_of([&, number = signal](int output) {
            last_word::prepare({.text = text,
                                .meaning = std::string_view{text}.substr(7, 5),
                                .output = output,
                                .status = {.late = 74, .killed = 70},
                                .log = log_to(output)});
            raise(number);
        });
        EXPECT_EQ(end.output, text + "program: warning: " + what + ": answering DUNNO\n");
    }
}

TEST(LastWord, WhatTheCallerHadYetToTellIsToldWhereItsAnswerCouldNotBeWritten) {
    const std::vector<std::string> unsaid{"a line\n", "and another\n"};
    const End end = end_of([&](int output) {
        last_word::prepare(word("last", output, {.late = 74, .killed = 70}, log_to(output)));
        last_word::claim(unsaid);
        raise(SIGALRM);
    });
    EXPECT_EQ(
        end.output,
        "a line\nand another\nprogram: warning: the deadline was reached: the answer could not be written\n");
    EXPECT_EQ(end.status, 74);
}

TEST(LastWord, WhereNobodyWaitsThereIsNoAnswerButALine) {
    const End end = end_of([](int output) {
        last_word::prepare(word("last", output, {.late = 74, .killed = 70}, log_to(output)));
        last_word::said();
        raise(SIGTERM);
    });
    EXPECT_EQ(end.output, "program: warning: ended by the signal TERM\n");
    EXPECT_EQ(end.status, 70);
}

} // namespace
} // namespace sys
