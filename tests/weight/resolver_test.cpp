#include "weight/resolver.hpp"

#include "system/descriptor.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace weight {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Says at once of names that begin with a `q` that they do not exist, and nothing of others.
class Nameserver {
  public:
    Nameserver() {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const place = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(bind(socket_.number(), place, size), 0);
        EXPECT_EQ(getsockname(socket_.number(), place, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~Nameserver() {
        shutdown(socket_.number(), SHUT_RDWR);
        thread_.join();
    }
    Nameserver(const Nameserver&) = delete;
    Nameserver& operator=(const Nameserver&) = delete;

    [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    void serve() const {
        std::array<std::uint8_t, 512> message{};
        sockaddr_in from{};
        auto* const place = reinterpret_cast<sockaddr*>(&from);
        socklen_t size = sizeof from;
        ssize_t got = 0;
        while ((got = recvfrom(socket_.number(), message.data(), message.size(), 0, place, &size)) > 0) {
            if (message[13] == 'q') {
                message[2] |= 0x80U; // an answer
                message[3] = 3;      // NXDOMAIN
                sendto(socket_.number(), message.data(), static_cast<std::size_t>(got), 0, place, size);
            }
            size = sizeof from;
        }
    }

    sys::Descriptor socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST(Resolver, WhoIsSilentIsWaitedForThreeSecondsHoweverQuickOthersAnswer) {
    const Nameserver nameserver;
    Resolver resolver{{nameserver.name()}};
    std::vector<Question> questions;
    for (int i = 0; i < 4; ++i) {
        questions.push_back({"q" + std::to_string(i) + ".example"});
    }
    const std::size_t quick = questions.size();
    for (int i = 0; i < 40; ++i) { // c-ares asks again after times that are chance's
        questions.push_back({"silent" + std::to_string(i) + ".example"});
    }
    const auto end = steady_clock::now() + 3s;
    resolver.ask(questions, Chooser::us);
    while (steady_clock::now() < end) {
        resolver.wait(std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()));
    }
    EXPECT_EQ(resolver.answers().size(), quick);
    for (const auto& [question, answer] : resolver.answers()) {
        EXPECT_FALSE(answer.failed) << question.name;
    }
    EXPECT_TRUE(resolver.is_waiting(Chooser::us));
}

} // namespace
} // namespace weight
