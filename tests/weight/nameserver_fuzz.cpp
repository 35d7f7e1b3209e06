// A nameserver that answers as the fuzzer says, over real sockets, to the resolver that is linked in: what a client's
// own nameserver says, and how often, must neither hold a weighing up, nor make it ask on, nor save a listed client.
#include "weight/lookup.hpp"
#include "weight/questions.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

void must(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "not so: %s\n", what);
        std::abort();
    }
}

// The input, a byte at a time; then zeros.
class Script {
  public:
    explicit Script(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    std::uint8_t next() {
        if (bytes_.empty()) {
            return 0;
        }
        const std::uint8_t byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }

  private:
    std::span<const std::uint8_t> bytes_;
};

std::size_t end_of_question(const Bytes& question) {
    std::size_t place = 12;
    while (place < question.size() && question[place] != 0) {
        place += 1U + question[place];
    }
    return std::min(place + 5, question.size());
}

std::string name_in(const Bytes& question) {
    std::string name;
    for (std::size_t place = 12; place < question.size() && question[place] != 0;
         place += 1U + question[place]) {
        for (std::size_t i = 1; i <= question[place] && place + i < question.size(); ++i) {
            name += static_cast<char>(question[place + i]);
        }
        name += '.';
    }
    return name;
}

void append(Bytes& message, const Bytes& more) {
    message.insert(message.end(), more.begin(), more.end());
}

// An answer to `question` with `count` records, as they are.
Bytes answer(const Bytes& question, std::uint8_t flags, std::uint8_t code, std::uint8_t count,
             const Bytes& records) {
    Bytes message(question.begin(),
                  question.begin() + static_cast<std::ptrdiff_t>(end_of_question(question)));
    message[2] = flags;
    message[3] = static_cast<std::uint8_t>(0x80U | code);
    message[6] = 0;
    message[7] = count;
    message[8] = message[9] = message[10] = message[11] = 0;
    append(message, records);
    return message;
}

// A record of the question's name, with `data`.
Bytes record(const Bytes& question, const Bytes& data) {
    const std::uint8_t type = question[end_of_question(question) - 3];
    Bytes bytes{0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, static_cast<std::uint8_t>(data.size())};
    append(bytes, data);
    return bytes;
}

class Nameserver {
  public:
    Nameserver() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        // An address of this process's own: resolvers of other tests ask on where theirs has gone.
        address.sin_addr.s_addr = htonl(0x7f350000U + static_cast<std::uint32_t>(getpid()) % 0xffffU + 1);
        socklen_t size = sizeof address;
        auto* bytes = reinterpret_cast<sockaddr*>(&address);
        do { // the number that UDP was given may be in use by TCP
            address.sin_port = 0;
            close(udp_);
            close(tcp_);
            udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
            tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            must(bind(udp_, bytes, size) == 0 && getsockname(udp_, bytes, &size) == 0, "a port can be had");
        } while (bind(tcp_, bytes, size) != 0 || listen(tcp_, 8) != 0);
        std::array<char, INET_ADDRSTRLEN> text{};
        name = inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        name += ":" + std::to_string(ntohs(address.sin_port));
    }
    ~Nameserver() {
        for (const int one : {udp_, tcp_}) {
            close(one);
        }
        for (const auto& [one, stream] : connections_) {
            close(one);
        }
    }
    Nameserver(const Nameserver&) = delete;
    Nameserver& operator=(const Nameserver&) = delete;

    // Answers until `stop`.
    void serve(Script script, const std::atomic<bool>& stop) {
        while (!stop) {
            std::vector<pollfd> polled{{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
            for (const auto& [one, stream] : connections_) {
                polled.push_back({one, POLLIN, 0});
            }
            poll(polled.data(), polled.size(), 1);
            if (polled[1].revents != 0) {
                const int connection = accept4(tcp_, nullptr, nullptr, SOCK_NONBLOCK);
                if (connection >= 0) {
                    connections_[connection];
                }
            }
            take_datagrams(script);
            for (std::size_t i = 2; i < polled.size(); ++i) {
                if (polled[i].revents != 0) {
                    take_stream(polled[i].fd, script);
                }
            }
        }
    }

    std::string name;
    std::set<Bytes> asked; // of names, each question once
    std::size_t packets = 0;

  private:
    void take_datagrams(Script& script) {
        Bytes question(2048);
        sockaddr_in from{};
        socklen_t size = sizeof from;
        auto* bytes = reinterpret_cast<sockaddr*>(&from);
        for (ssize_t got = 0;
             (got = recvfrom(udp_, question.data(), question.size(), 0, bytes, &size)) > 0;) {
            Bytes whole(question.begin(), question.begin() + got);
            reply(whole, script, [&](const Bytes& message) {
                sendto(udp_, message.data(), message.size(), 0, bytes, size);
            });
        }
    }
    void take_stream(int connection, Script& script) {
        Bytes bytes(4096);
        const ssize_t got = recv(connection, bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            connections_.erase(connection);
            close(connection);
            return;
        }
        Bytes& stream = connections_[connection];
        stream.insert(stream.end(), bytes.begin(), bytes.begin() + got);
        for (Bytes question; take_question(stream, question);) {
            reply(question, script, [&](const Bytes& message) {
                const std::size_t told = script.next() % 16 == 1 ? message.size() + 3 : message.size();
                Bytes framed{static_cast<std::uint8_t>(told / 256), static_cast<std::uint8_t>(told % 256)};
                append(framed, message);
                send(connection, framed.data(), framed.size(), MSG_NOSIGNAL);
            });
        }
    }
    // Takes the first whole question off `stream`; false where there is none yet.
    static bool take_question(Bytes& stream, Bytes& question) {
        if (stream.size() < 2 || stream.size() < 2U + stream[0] * 256U + stream[1]) {
            return false;
        }
        const auto end = stream.begin() + 2 + stream[0] * 256 + stream[1];
        question.assign(stream.begin() + 2, end);
        stream.erase(stream.begin(), end);
        return true;
    }

    template <typename Send>
    void reply(const Bytes& question, Script& script, Send send_one) {
        ++packets;
        if (question.size() < 17 || end_of_question(question) < 17) {
            return;
        }
        const std::string name_asked = name_in(question);
        if (name_asked.ends_with("list.example.")) { // ours, and honest: two of three know the client
            const bool lists =
                name_asked.starts_with("1.2.0.192.a.") || name_asked.starts_with("1.2.0.192.b.");
            send_one(lists ? answer(question, 0x81, 0, 1, record(question, {127, 0, 0, 2}))
                           : answer(question, 0x81, 3, 0, {}));
            return;
        }
        asked.insert(Bytes(question.begin() + 12,
                           question.begin() + static_cast<std::ptrdiff_t>(end_of_question(question))));
        for (const Bytes& held : late_) {
            send_one(held);
        }
        late_.clear();
        for (unsigned times = 1 + (script.next() % 8 == 7 ? 1U : 0U); times > 0; --times) {
            misbehave(question, script, send_one);
        }
    }

    template <typename Send>
    void misbehave(const Bytes& question, Script& script, Send send_one) {
        Bytes message = answer(question, 0x81, 3, 0, {});
        switch (script.next() % 14) {
        case 1: // what the type asks for, or data of any form
            message = answer(question, 0x81, 0, 2, record(question, {192, 0, 2, script.next()}));
            append(message, record(question, {0, 10, 2, 'm', script.next(), 0xc0, 12}));
            break;
        case 2:
            return; // silence
        case 3:
            message = answer(question, 0x83, 0, 0, {}); // truncated
            break;
        case 4:
            message[0] ^= static_cast<std::uint8_t>(script.next() | 1U); // another id
            break;
        case 5:
            message = answer(question, 0x81, script.next() % 16, 0, {});
            break;
        case 6:
            late_.push_back(message);
            return;
        case 7: // names that lead in circles
            message = answer(question, 0x81, 0, 1,
                             record(question, {0, 1, 0xc0, static_cast<std::uint8_t>(message.size() + 14)}));
            break;
        case 8:
            message.resize(script.next() % (message.size() + 1)); // cut
            break;
        case 9:
            for (unsigned i = script.next() % 8; i > 0; --i) {
                message[script.next() % message.size()] = script.next();
            }
            break;
        case 10: { // huge: many MX hosts, no two alike
            Bytes records;
            for (std::uint8_t i = 0; i < 60; ++i) {
                append(records,
                       record(question, {0, 10, 3, 'h', 'o', static_cast<std::uint8_t>('a' + i), 0xc0, 12}));
            }
            message = answer(question, 0x81, 0, 60, records);
            break;
        }
        case 11: // to another question
            message[13] ^= 1U;
            break;
        case 12: // more records than there are
            message = answer(question, 0x81, 0, 200, record(question, {192, 0, 2, 1}));
            break;
        case 13: // anything
            message.resize(12);
            for (unsigned i = script.next(); i > 0; --i) {
                message.push_back(script.next());
            }
            break;
        default:
            break;
        }
        send_one(message);
    }

    int udp_ = -1;
    int tcp_ = -1;
    std::map<int, Bytes> connections_; // what has come of a question
    std::vector<Bytes> late_;          // sent with the next answer
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Nameserver nameserver;
    std::atomic<bool> stop{false};
    std::thread server([&] { nameserver.serve(Script({data, size}), stop); });

    weight::Settings settings;
    settings.nameservers = {nameserver.name};
    settings.lists.dnsbl.clear();
    for (const char* zone : {"a", "b", "c"}) {
        settings.lists.dnsbl.push_back({std::string(zone) + ".list.example", 3.75, -1.5, zone});
    }
    settings.lists.rhsbl = {{"d.list.example", 4, 0, "d"}};
    const weight::Subject subject{.client = *sys::Address::parse("192.0.2.1"),
                                  .client_name = "unknown",
                                  .helo = "q.r.s.t.u.v.w.helo.example",
                                  .sender = "alice@b.c.d.e.f.g.h.sender.example",
                                  .recipient = "bob@example.org",
                                  .instance = "1"};
    const auto start = steady_clock::now();
    weight::Verdict verdict;
    {
        weight::Resolver resolver(settings.nameservers);
        verdict = weigh_by_dns(subject, settings, {}, resolver, {.lists = 2s, .names = 60ms});
    }
    const auto took = steady_clock::now() - start;
    stop = true;
    server.join();

    must(took < 6s, "it ends in time"); // on a busy machine, too
    must(nameserver.asked.size() <= weight::most_questions_of_names, "questions are bounded");
    must(nameserver.packets <= 8 * (weight::most_questions_of_names + 4), "so are packets");
    must(verdict.is_weighed, "lists that answer make a rate");
    // Two lists are worth 6 of them: what names can take off that is less.
    must(verdict.kind == weight::Verdict::Kind::refused, "a listed client is refused");
    return 0;
}
