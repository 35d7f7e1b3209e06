#include "weight/resolver.hpp"

#include "system/trouble.hpp"
#include "weight/response.hpp"

#include <ares.h>
#include <poll.h>

#include <array>

namespace weight {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int internet = 1;        // the class IN
constexpr int first_timeout = 500; // milliseconds; c-ares doubles it with each round of the nameservers
constexpr int tries = 4;           // of each nameserver
constexpr int udp_size = 1232;     // what passes every path unbroken (DNS flag day 2020)

} // namespace

struct Resolver::Parts {
    // One question on its way: what c-ares hands back with the answer.
    struct Open {
        Parts* parts;
        Question question;
    };

    ares_channel channel = nullptr;
    Answers answers;
    std::set<Question> open;

    static void answered(void* argument, int status, int timeouts, unsigned char* message, int length);
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
    asked->parts->open.erase(asked->question);
    asked->parts->answers.insert_or_assign(asked->question, std::move(answer));
}

void Resolver::Parts::wait_for_sockets(milliseconds patience) const {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    const auto wanted = static_cast<unsigned>(ares_getsock(channel, sockets.data(), sockets.size()));
    nfds_t count = 0;
    for (unsigned i = 0; i < sockets.size(); ++i) {
        const int events = (ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0) |
                           (ARES_GETSOCK_WRITABLE(wanted, i) ? POLLOUT : 0);
        if (events != 0) {
            polled[count++] = {sockets[i], static_cast<short>(events), 0};
        }
    }
    timeval most{};
    most.tv_sec = patience.count() / 1000;
    most.tv_usec = (patience.count() % 1000) * 1000;
    timeval until_retry{};
    const timeval* next = ares_timeout(channel, &most, &until_retry);
    const auto wait = static_cast<int>(next->tv_sec * 1000 + (next->tv_usec + 999) / 1000);
    poll(polled.data(), count, wait);
    if (count == 0) {
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
    for (nfds_t i = 0; i < count; ++i) {
        const bool readable = (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
        const bool writable = (polled[i].revents & POLLOUT) != 0;
        ares_process_fd(channel, readable ? polled[i].fd : ARES_SOCKET_BAD,
                        writable ? polled[i].fd : ARES_SOCKET_BAD);
    }
}

Resolver::Resolver(const std::vector<std::string>& nameservers) : parts_(std::make_unique<Parts>()) {
    ares_options options{};
    std::array<char, 2> lookups{"b"}; // the nameservers alone, no file of hosts
    options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = first_timeout;
    options.tries = tries;
    options.ednspsz = udp_size;
    options.lookups = lookups.data();
    const int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                      ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS;
    int status = ares_init_options(&parts_->channel, &options, given);
    if (status != ARES_SUCCESS) {
        throw sys::Trouble("prepare", "the DNS", ares_strerror(status));
    }
    std::string servers;
    for (const std::string& server : nameservers) {
        servers.append(servers.empty() ? "" : ",").append(server);
    }
    if (!servers.empty()) {
        status = ares_set_servers_ports_csv(parts_->channel, servers.c_str());
    }
    if (status != ARES_SUCCESS) {
        ares_destroy(parts_->channel);
        throw sys::Trouble("use the nameservers", servers, ares_strerror(status));
    }
}

Resolver::~Resolver() {
    ares_destroy(parts_->channel);
}

void Resolver::ask(const std::set<Question>& questions) {
    for (const Question& question : questions) {
        if (parts_->answers.contains(question) || !parts_->open.insert(question).second) {
            continue;
        }
        auto asked = std::make_unique<Parts::Open>(Parts::Open{parts_.get(), question});
        ares_query(parts_->channel, question.name.c_str(), internet, static_cast<int>(question.type),
                   Parts::answered, asked.release());
    }
}

void Resolver::wait(milliseconds patience) {
    const auto end = steady_clock::now() + patience;
    while (is_waiting()) {
        const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
        if (left <= milliseconds(0)) {
            return;
        }
        parts_->wait_for_sockets(left);
    }
}

void Resolver::give_up() {
    for (const Question& question : parts_->open) {
        parts_->answers.insert_or_assign(question, Answer{.failed = true});
    }
    parts_->open.clear();
    ares_cancel(parts_->channel);
}

const Answers& Resolver::answers() const {
    return parts_->answers;
}

bool Resolver::is_waiting() const {
    return !parts_->open.empty();
}

} // namespace weight
