// Times whole processes, from spawn to reaped, in turns: what several programs cost beside each other at one
// sitting.
//
//   spawn_bench ROUNDS INPUT PROGRAM [ARGUMENT...] [-- INPUT PROGRAM [ARGUMENT...]]...
//
// In each round the first of them runs before each of the others, and these in another order every time: all
// find the caches as the first has left them. Standard input is the file INPUT (each ####### in it a new
// number every time), and the environment is empty. Per round one line: for each of the others the
// microseconds, page faults and peak memory in KiB of the first, and then its own. A process that is started
// inherits the peak of who starts it: so nothing is kept here, and nothing is large.
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
    Run before{}; // of the first program
    Run own{};
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

void print(const Run& run) {
    std::printf("%.1f %ld %ld ", run.microseconds, run.faults, run.peak);
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
    std::vector<Program*> order; // without the first
    order.reserve(programs.size());
    for (Program& program : programs) {
        order.push_back(&program);
    }
    order.erase(order.begin());
    std::minstd_rand random{std::random_device{}()};
    const int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (long round = 0; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (Program* program : order) {
            program->before = run_once(programs.front(), output);
            program->own = run_once(*program, output);
        }
        for (const Program& program : programs) {
            if (&program != &programs.front()) {
                print(program.before);
                print(program.own);
            }
        }
        std::putchar('\n');
    }
    return 0;
}
