// Times conversations, in turns: the same requests to each party over one connection.
//
//   talk_bench ROUNDS INPUT AT_ONCE PARTY [-- AT_ONCE PARTY]...
//
// So many requests go out AT_ONCE (few enough for a socket's buffer), and as many again when all of them are
// answered. A party is `tcp PORT`, which listens on loopback, or a program and its arguments, which gets one
// end of a socket pair. INPUT holds requests, each with its empty line (each ####### in it a new number every
// time). Per round one line: each party's microseconds a request.
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

constexpr std::string_view block_end{"\n\n"};

// How many requests, or answers, end in `text`.
long blocks_of(std::string_view text) {
    long count = 0;
    for (auto at = text.find(block_end); at != std::string_view::npos;
         at = text.find(block_end, at + block_end.size())) {
        ++count;
    }
    return count;
}

// The first `count` blocks of `text`, or all that it has.
std::string_view first_of(std::string_view text, long count) {
    std::size_t end = 0;
    while (count-- > 0 && end < text.size()) {
        end = text.find(block_end, end) + block_end.size();
    }
    return text.substr(0, end);
}

void ask(int connection, std::string_view requests) {
    if (write(connection, requests.data(), requests.size()) != static_cast<ssize_t>(requests.size())) {
        bench::fail("write");
    }
    std::string answers;
    for (const long asked = blocks_of(requests); blocks_of(answers) < asked;) {
        std::array<char, 4096> part{};
        const ssize_t got = read(connection, part.data(), part.size());
        if (got <= 0) {
            bench::fail("read");
        }
        answers.append(part.data(), static_cast<std::size_t>(got));
    }
}

// Microseconds a request.
double talk(const Party& party, std::string_view requests) {
    const auto count = static_cast<double>(blocks_of(requests));
    const auto began = std::chrono::steady_clock::now();
    while (!requests.empty()) {
        const std::string_view next = first_of(requests, party.at_once);
        ask(party.connection, next);
        requests.remove_prefix(next.size());
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    return took.count() / count;
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
