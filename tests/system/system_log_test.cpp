#include "system/system_log.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

namespace sys {
namespace {

class SystemLogTest : public testing::Test {
  protected:
    SystemLogTest() {
        std::string name = std::filesystem::temp_directory_path() / "log-XXXXXX";
        folder_ = mkdtemp(name.data());
        path = folder_ / "log";
    }
    ~SystemLogTest() override { std::filesystem::remove_all(folder_); }

    Descriptor listener(int type) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        Descriptor made{socket(AF_UNIX, type, 0)};
        EXPECT_EQ(bind(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
        return made;
    }
    static std::string received(int descriptor) {
        std::array<char, 1000> bytes{};
        const ssize_t size = read(descriptor, bytes.data(), bytes.size());
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

    const std::string said = "<20>greyonce[" + std::to_string(getpid()) + "]: what was said";
    std::string path;

  private:
    std::filesystem::path folder_;
};

TEST_F(SystemLogTest, ALineIsADatagramWithItsPriorityTheProgramAndItsNumber) {
    const Descriptor daemon = listener(SOCK_DGRAM);
    SystemLog log{path};
    log.send(SystemLog::line("greyonce", LOG_MAIL | LOG_WARNING, "what was said"));
    log.send(SystemLog::line("greyonce", LOG_MAIL | LOG_INFO, "more"));
    EXPECT_EQ(received(daemon.number()), said);
    EXPECT_TRUE(received(daemon.number()).starts_with("<22>greyonce["));
}

TEST_F(SystemLogTest, ADaemonThatTakesAStreamGetsEachLineWithANulBehindIt) {
    const Descriptor daemon = listener(SOCK_STREAM);
    ASSERT_EQ(listen(daemon.number(), 1), 0);
    SystemLog log{path};
    log.send(SystemLog::line("greyonce", LOG_MAIL | LOG_WARNING, "what was said"));
    const Descriptor connection{accept(daemon.number(), nullptr, nullptr)};
    EXPECT_EQ(received(connection.number()), said + '\0');
}

// A daemon that has come to a halt: whoever asks for more waits.
void fill(const std::string& path, int type) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    static std::vector<Descriptor> waiting;
    ssize_t done = 0;
    while (done >= 0) {
        waiting.emplace_back(socket(AF_UNIX, type | SOCK_NONBLOCK, 0));
        done = type == SOCK_DGRAM ? sendto(waiting.back().number(), "x", 1, 0, to, sizeof(address))
                                  : connect(waiting.back().number(), to, sizeof(address));
    }
    ASSERT_EQ(errno, EAGAIN);
}

std::chrono::milliseconds time_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

TEST_F(SystemLogTest, ADaemonThatHasComeToAHaltHoldsUpThousandsOfLinesForALittleOnce) {
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        std::filesystem::remove(path);
        const Descriptor daemon = listener(type);
        ASSERT_TRUE(type == SOCK_DGRAM || listen(daemon.number(), 0) == 0);
        fill(path, type);
        SystemLog log{path};
        const auto time = time_of([&] {
            for (int i = 0; i < 5000; ++i) {
                log.send(SystemLog::line("greyonce", LOG_MAIL | LOG_INFO, "nobody reads it"));
            }
        });
        EXPECT_GE(time, SystemLog::patience);
        EXPECT_LT(time, std::chrono::seconds{3});
    }
}

TEST_F(SystemLogTest, ADaemonThatIsALittleBehindGetsTheLine) {
    const Descriptor daemon = listener(SOCK_DGRAM);
    fill(path, SOCK_DGRAM);
    std::thread reader{[&] {
        std::this_thread::sleep_for(SystemLog::patience / 5);
        while (received(daemon.number()) != said) {
        }
    }};
    SystemLog log{path};
    log.send(SystemLog::line("greyonce", LOG_MAIL | LOG_WARNING, "what was said"));
    reader.join();
}

TEST_F(SystemLogTest, WithoutADaemonALineIsLostAndNothingElse) {
    SystemLog missing{path};
    missing.send(SystemLog::line("greyonce", LOG_MAIL | LOG_INFO, "nobody hears it"));
    static_cast<void>(listener(SOCK_DGRAM)); // and is gone: its file stays
    SystemLog refused{path};
    refused.send(SystemLog::line("greyonce", LOG_MAIL | LOG_INFO, "nobody hears it"));
    EXPECT_TRUE(std::filesystem::exists(path));
}

} // namespace
} // namespace sys
