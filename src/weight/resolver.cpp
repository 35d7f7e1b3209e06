#include "weight/resolver.hpp"

#include "system/trouble.hpp"
#include "system/waiting.hpp"
#include "weight/response.hpp"

#include <ares.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace weight {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int internet = 1; // the class IN

// After so many milliseconds the next nameserver is asked; c-ares doubles it with each round of them. Names
// of the client's choice have a second for two waves: a first nameserver of ours that is away must not take
// all of it.
constexpr int first_timeout(Chooser chooser) {
    return chooser == Chooser::us ? 500 : 200;
}

// Of each nameserver: so many that whoever waits gives up first, after three seconds at most. c-ares 1.34
// makes each but the first shorter, by chance to a half of it, and counts from 250 milliseconds where other
// answers were quick: four may be over in 2.25 seconds, five take four at least.
constexpr int tries = 5;

// c-ares 1.18 makes the ids of its questions from /dev/urandom, and where that is missing, as in a chroot,
// from rand(): unseeded it gives the same ones in every process.
void seed_ids() {
    unsigned seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
        const auto now = std::chrono::system_clock::now().time_since_epoch().count();
        seed = static_cast<unsigned>(now) ^ static_cast<unsigned>(getpid());
    }
    std::srand(seed);
}

ares_channel open_channel(const std::vector<std::string>& nameservers, Chooser chooser) {
    ares_channel channel = nullptr;
    ares_options options{};
    std::array<char, 2> lookups{"b"}; // the nameservers alone, no file of hosts
    // Without EDNS: c-ares 1.18 that asks again without it, because a nameserver wants it so, changes a
    // question that may be on its way over TCP still. What is larger than 512 bytes comes over TCP.
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = first_timeout(chooser);
    options.tries = tries;
    options.lookups = lookups.data();
    const int given =
        ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS;
    seed_ids();
    int status = ares_init_options(&channel, &options, given);
    if (status != ARES_SUCCESS) {
        throw sys::Trouble("prepare", "the DNS", ares_strerror(status));
    }
    std::string servers;
    for (const std::string& server : nameservers) {
        servers.append(servers.empty() ? "" : ",").append(server);
    }
    if (!servers.empty()) {
        status = ares_set_servers_ports_csv(channel, servers.c_str());
    }
    if (status != ARES_SUCCESS) {
        ares_destroy(channel);
        throw sys::Trouble("use the nameservers", servers, ares_strerror(status));
    }
    return channel;
}

// The sockets of several channels, to be waited for together.
class Sockets {
  public:
    void add(ares_channel channel) {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        const auto wanted = static_cast<unsigned>(ares_getsock(channel, sockets.data(), sockets.size()));
        for (unsigned i = 0; i < sockets.size(); ++i) {
            const int events = (ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0) |
                               (ARES_GETSOCK_WRITABLE(wanted, i) ? POLLOUT : 0);
            if (events != 0) {
                polled_.push_back({sockets[i], static_cast<short>(events), 0});
                channels_.push_back(channel);
            }
        }
    }
    void wait(int patience) { poll(polled_.data(), polled_.size(), patience); }
    void serve() const {
        for (std::size_t i = 0; i < polled_.size(); ++i) {
            const bool readable = (polled_[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
            const bool writable = (polled_[i].revents & POLLOUT) != 0;
            if (readable || writable) {
                ares_process_fd(channels_[i], readable ? polled_[i].fd : ARES_SOCKET_BAD,
                                writable ? polled_[i].fd : ARES_SOCKET_BAD);
            }
        }
    }

  private:
    std::vector<pollfd> polled_;
    std::vector<ares_channel> channels_; // whose socket it is
};

} // namespace

struct Resolver::Parts {
    // Those of one chooser's questions that are on their way.
    struct Way {
        ares_channel channel = nullptr; // opened by the first of them
        std::set<Question> open{};
    };
    // One question on its way: what c-ares hands back with the answer.
    struct Open {
        Parts* parts;
        Chooser chooser;
        Question question;
    };

    std::vector<std::string> nameservers;
    std::array<Way, 2> ways{};
    Answers answers{};

    Way& way(Chooser chooser) { return ways.at(static_cast<std::size_t>(chooser)); }

    static void answered(void* argument, int status, int timeouts, unsigned char* message, int length);
    void send(const Question& question, Chooser chooser);
    [[nodiscard]] bool is_waiting() const {
        return std::ranges::any_of(ways, [](const Way& one) { return !one.open.empty(); });
    }
    [[nodiscard]] int until_next_try(milliseconds patience) const;
    void wait_for_sockets(milliseconds patience) const;
};

void Resolver::Parts::answered(void* argument, int status, int /*timeouts*/, unsigned char* message,
                               int length) {
    const std::unique_ptr<Open> asked(static_cast<Open*>(argument));
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION) {
        return;
    }
    Answer answer;
    if (message != nullptr) {
        answer = read_response({message, static_cast<std::size_t>(length)});
    } else {
        // A name that c-ares does not ask (.onion, RFC 7686), or cannot, does not exist.
        answer.failed = status != ARES_ENOTFOUND && status != ARES_EBADNAME;
    }
    asked->parts->way(asked->chooser).open.erase(asked->question);
    asked->parts->answers.insert_or_assign(asked->question, std::move(answer));
}

void Resolver::Parts::send(const Question& question, Chooser chooser) {
    auto asked = std::make_unique<Open>(Open{this, chooser, question});
    ares_query(way(chooser).channel, question.name.c_str(), internet, static_cast<int>(question.type),
               answered, asked.release());
}

// In milliseconds, as poll(2) takes it.
int Resolver::Parts::until_next_try(milliseconds patience) const {
    timeval most{};
    most.tv_sec = static_cast<time_t>(patience.count() / 1000);
    most.tv_usec = static_cast<suseconds_t>((patience.count() % 1000) * 1000);
    int wait = static_cast<int>(patience.count());
    for (const Way& one : ways) {
        if (one.channel != nullptr) {
            timeval until_retry{};
            const timeval* next = ares_timeout(one.channel, &most, &until_retry);
            wait = std::min(wait, static_cast<int>(next->tv_sec * 1000 + (next->tv_usec + 999) / 1000));
        }
    }
    return wait;
}

void Resolver::Parts::wait_for_sockets(milliseconds patience) const {
    Sockets sockets;
    for (const Way& one : ways) {
        if (one.channel != nullptr) {
            sockets.add(one.channel);
        }
    }
    sockets.wait(until_next_try(patience));
    sockets.serve();
    for (const Way& one : ways) {
        if (one.channel != nullptr) {
            ares_process_fd(one.channel, ARES_SOCKET_BAD,
                            ARES_SOCKET_BAD); // what has waited long is sent again
        }
    }
}

Resolver::Resolver(const std::vector<std::string>& nameservers) : parts_(std::make_unique<Parts>()) {
    parts_->nameservers = nameservers;
}

Resolver::~Resolver() {
    for (const Parts::Way& one : parts_->ways) {
        if (one.channel != nullptr) {
            ares_destroy(one.channel);
        }
    }
}

void Resolver::ask(const std::vector<Question>& questions, Chooser chooser) {
    Parts::Way& way = parts_->way(chooser);
    for (const Question& question : questions) {
        if (parts_->answers.contains(question) || !way.open.insert(question).second) {
            continue;
        }
        if (way.channel == nullptr) {
            sys::before_waiting(); // before any socket is open
            way.channel = open_channel(parts_->nameservers, chooser);
        }
        parts_->send(question, chooser);
    }
}

void Resolver::wait(milliseconds patience) {
    const auto end = steady_clock::now() + patience;
    const std::size_t known = parts_->answers.size();
    while (parts_->is_waiting() && parts_->answers.size() == known) {
        const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
        if (left <= milliseconds(0)) {
            return;
        }
        parts_->wait_for_sockets(left);
    }
}

void Resolver::give_up(Chooser chooser) {
    Parts::Way& way = parts_->way(chooser);
    if (way.open.empty()) {
        return;
    }
    leave_out({way.open.begin(), way.open.end()});
    way.open.clear();
    ares_cancel(way.channel);
}

void Resolver::leave_out(const std::vector<Question>& questions) {
    for (const Question& question : questions) {
        parts_->answers.insert_or_assign(question, Answer{.failed = true});
    }
}

const Answers& Resolver::answers() const {
    return parts_->answers;
}

bool Resolver::is_waiting(Chooser chooser) const {
    return !parts_->way(chooser).open.empty();
}

} // namespace weight
