#include "system/system_log.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

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
    SystemLog log{"greyonce", LOG_MAIL, path};
    log.send(LOG_WARNING, "what was said");
    log.send(LOG_INFO, "more");
    EXPECT_EQ(received(daemon.number()), said);
    EXPECT_TRUE(received(daemon.number()).starts_with("<22>greyonce["));
}

TEST_F(SystemLogTest, ADaemonThatTakesAStreamGetsEachLineWithANulBehindIt) {
    const Descriptor daemon = listener(SOCK_STREAM);
    ASSERT_EQ(listen(daemon.number(), 1), 0);
    SystemLog log{"greyonce", LOG_MAIL, path};
    log.send(LOG_WARNING, "what was said");
    const Descriptor connection{accept(daemon.number(), nullptr, nullptr)};
    EXPECT_EQ(received(connection.number()), said + '\0');
}

TEST_F(SystemLogTest, WithoutADaemonALineIsLostAndNothingElse) {
    SystemLog missing{"greyonce", LOG_MAIL, path};
    missing.send(LOG_INFO, "nobody hears it");
    static_cast<void>(listener(SOCK_DGRAM)); // and is gone: its file stays
    SystemLog refused{"greyonce", LOG_MAIL, path};
    refused.send(LOG_INFO, "nobody hears it");
    EXPECT_TRUE(std::filesystem::exists(path));
}

} // namespace
} // namespace sys
