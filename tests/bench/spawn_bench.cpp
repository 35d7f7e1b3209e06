// Times whole processes, from spawn to reaped, in turns: what several programs cost beside each other at one
// sitting.
//
//   spawn_bench ROUNDS INPUT PROGRAM [ARGUMENT...] [-- INPUT PROGRAM [ARGUMENT...]]...
//
// Each runs ROUNDS times, with the file INPUT as standard input (each ####### in it a new number every time)
// and an empty environment. Per round one line: for each program microseconds, page faults, peak memory in
// KiB. A process that is started inherits the peak of who starts it: so nothing is kept here, and nothing is
// large.
#include "bench/parties.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

namespace {

struct Run {
    double microseconds;
    long faults;
    long peak;
};

struct Program {
    bench::Numbered input;
    bench::Words words;
    Run last{};
};

// The next input, ready to be read from its beginning.
int opened(Program& program) {
    const int file = memfd_create("input", MFD_CLOEXEC);
    const std::string& text = program.input.with_next_number();
    if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        lseek(file, 0, SEEK_SET) != 0) {
        bench::fail("memfd");
    }
    return file;
}

Run run_once(Program& program, int output) {
    const int input = opened(program);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    std::array<char*, 1> environment{nullptr};

    const auto began = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawn(&child, program.words[0], &files, nullptr, program.words.data(), environment.data()) !=
        0) {
        bench::fail(program.words[0]);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;

    posix_spawn_file_actions_destroy(&files);
    close(input);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        bench::end(std::string{program.words[0]} + " ended with status " + std::to_string(status));
    }
    return {took.count(), usage.ru_minflt, usage.ru_maxrss};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        bench::end("usage: spawn_bench ROUNDS INPUT PROGRAM [ARGUMENT...] [-- INPUT PROGRAM...]...");
    }
    const long rounds = std::strtol(argv[1], nullptr, 10);
    std::vector<Program> programs;
    for (const bench::Words& words : bench::parties_of(argc, argv, 2)) {
        programs.push_back({bench::Numbered{bench::contents_of(words[0])}, {words.begin() + 1, words.end()}});
    }
    std::vector<Program*> order;
    order.reserve(programs.size());
    for (Program& program : programs) {
        order.push_back(&program);
    }
    std::minstd_rand random{std::random_device{}()};
    const int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (long round = 0; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (Program* program : order) {
            program->last = run_once(*program, output);
        }
        for (const auto& [input, words, last] : programs) {
            std::printf("%.1f %ld %ld ", last.microseconds, last.faults, last.peak);
        }
        std::putchar('\n');
    }
    return 0;
}
