// Times whole processes, from spawn to reaped, in turns: what several programs cost beside each other at one
// sitting.
//
//   spawn_bench ROUNDS INPUT PROGRAM [ARGUMENT...] [-- PROGRAM [ARGUMENT...]]...
//
// Each runs ROUNDS times with the file INPUT as standard input and an empty environment. Per program one
// line: microseconds (fastest, lower quartile, median, upper quartile), page faults (median), peak memory in
// KiB.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct Run {
    double microseconds;
    long faults;
    long peak;
};

struct Program {
    std::vector<char*> arguments; // ends with a null
    std::vector<Run> runs;
};

Run run_once(const Program& program, const char* input) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<char*, 1> environment{nullptr};

    const auto began = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawn(&child, program.arguments[0], &files, nullptr, program.arguments.data(),
                    environment.data()) != 0) {
        std::perror(program.arguments[0]);
        std::exit(1);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;

    posix_spawn_file_actions_destroy(&files);
    if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) {
        std::fprintf(stderr, "%s: ended with status %d\n", program.arguments[0], status);
        std::exit(1);
    }
    return {took.count(), usage.ru_minflt, usage.ru_maxrss};
}

template <typename Field>
auto at_rank(std::vector<Run> runs, double rank, Field field) {
    std::sort(runs.begin(), runs.end(), [&](const Run& a, const Run& b) { return a.*field < b.*field; });
    return runs[static_cast<std::size_t>(rank * static_cast<double>(runs.size() - 1))].*field;
}

std::vector<Program> programs_of(int argc, char** argv) {
    std::vector<Program> programs(1);
    for (int i = 3; i < argc; ++i) {
        if (std::strcmp(argv[i], "--") == 0) {
            programs.emplace_back();
        } else {
            programs.back().arguments.push_back(argv[i]);
        }
    }
    for (Program& program : programs) {
        program.arguments.push_back(nullptr);
    }
    return programs;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: spawn_bench ROUNDS INPUT PROGRAM [ARGUMENT...] [-- PROGRAM...]...\n", stderr);
        return 64;
    }
    const long rounds = std::strtol(argv[1], nullptr, 10);
    std::vector<Program> programs = programs_of(argc, argv);
    for (long round = 0; round < rounds; ++round) {
        for (Program& program : programs) {
            program.runs.push_back(run_once(program, argv[2]));
        }
    }
    for (const Program& program : programs) {
        const auto time = [&](double rank) { return at_rank(program.runs, rank, &Run::microseconds); };
        std::printf("%.1f %.1f %.1f %.1f %ld %ld\n", time(0), time(0.25), time(0.5), time(0.75),
                    at_rank(program.runs, 0.5, &Run::faults), at_rank(program.runs, 1, &Run::peak));
    }
    return 0;
}
