// Times conversations, in turns: the same requests to each party over one connection.
//
//   talk_bench ROUNDS AT_ONCE INPUT PARTY [-- PARTY]...
//
// So many requests go out AT_ONCE, and the next as many when all of them are answered: few enough for a
// socket's buffer to hold. So many requests go out AT_ONCE (few enough for a socket's buffer), and as many
// again when all of them are answered. A party is `tcp PORT`, which listens on loopback, or a program and its
// arguments, which gets one end of a socket pair. INPUT holds requests, each with its empty line (each
// ####### in it a new number every time). Per round one line: each party's microseconds a request.
#include "bench/parties.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace {

struct Party {
    long at_once;
    int connection;
};

int connected(const char* port) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int at_once = 1;
    if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0) {
        bench::fail(port);
    }
    return connection;
}

int started(char* const* words) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        bench::fail("socketpair");
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    std::array<char*, 1> environment{nullptr};
    pid_t child = 0;
    if (posix_spawn(&child, words[0], &files, nullptr, words, environment.data()) != 0) {
        bench::fail(words[0]);
    }
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    return ends[0];
}

// The end of the first `count` blocks of `text`, or of all where it has fewer; sets `count` to how many they
// are.
std::size_t end_of(std::string_view text, long& count) {
    std::size_t end = 0;
    for (long found = 0; found < count; ++found) {
        const std::size_t next = text.find("\n\n", end);
        if (next == std::string_view::npos) {
            count = found;
            break;
        }
        end = next + 2;
    }
    return end;
}

void ask(int connection, std::string_view requests, long count) {
    if (write(connection, requests.data(), requests.size()) != static_cast<ssize_t>(requests.size())) {
        bench::fail("write");
    }
    std::string answers;
    for (long answered = 0; answered < count;) {
        std::array<char, 4096> part{};
        const ssize_t got = read(connection, part.data(), part.size());
        if (got <= 0) {
            bench::fail("read");
        }
        answers.append(part.data(), static_cast<std::size_t>(got));
        answered = count;
        end_of(answers, answered);
    }
}

// Microseconds a request.
double talk(const Party& party, std::string_view requests) {
    long count = 0;
    const auto began = std::chrono::steady_clock::now();
    while (!requests.empty()) {
        long next = party.at_once;
        const std::size_t end = end_of(requests, next);
        ask(party.connection, requests.substr(0, end), next);
        requests.remove_prefix(end);
        count += next;
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    return took.count() / static_cast<double>(count);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        bench::end("usage: talk_bench ROUNDS INPUT AT_ONCE PARTY [-- AT_ONCE PARTY]...");
    }
    const long rounds = std::strtol(argv[1], nullptr, 10);
    bench::Numbered requests{bench::contents_of(argv[2])};
    std::vector<Party> parties;
    for (const bench::Words& words : bench::parties_of(argc, argv, 3)) {
        const bool listens = std::strcmp(words[1], "tcp") == 0;
        parties.push_back(
            {std::strtol(words[0], nullptr, 10), listens ? connected(words[2]) : started(&words[1])});
    }
    for (long round = 0; round < rounds; ++round) {
        for (const Party& party : parties) {
            std::printf("%.2f ", talk(party, requests.with_next_number()));
        }
        std::putchar('\n');
    }
    return 0;
}
