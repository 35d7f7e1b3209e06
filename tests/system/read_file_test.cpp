#include "system/read_file.hpp"

#include "system/temporary_file.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

namespace sys {
namespace {

std::string numbered(std::size_t size) {
    std::string text;
    while (text.size() < size) {
        text += std::to_string(text.size()) + '\n';
    }
    text.resize(size);
    return text;
}

// What is read of a pipe that `pieces` are written to one after the other.
std::string read_of_pipe(const std::vector<std::string>& pieces, std::size_t limit) {
    using namespace std::chrono_literals;
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    std::thread writer{[&] {
        for (const std::string& piece : pieces) {
            EXPECT_EQ(write(ends[1], piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
            std::this_thread::sleep_for(20ms);
        }
        close(ends[1]);
    }};
    std::string text;
    try {
        text = read_file("/dev/fd/" + std::to_string(ends[0]), limit);
    } catch (const Trouble& trouble) {
        text = trouble.what();
    }
    writer.join();
    close(ends[0]);
    return text;
}

TEST(ReadFile, AllOfAFileOfAnySizeIsRead) {
    for (const std::size_t size : {0U, 1U, 1023U, 1024U, 1025U, 2048U, 2049U, 4096U, 5000U, 100'000U}) {
        const TemporaryFile file{numbered(size)};
        EXPECT_EQ(read_file(file.path(), 100'000), numbered(size)) << size;
    }
}

TEST(ReadFile, APipeIsReadToItsEndInHoweverManyPieces) {
    const std::string text = numbered(5000);
    EXPECT_EQ(read_of_pipe({text}, 5000), text);
    EXPECT_EQ(read_of_pipe({text.substr(0, 10), text.substr(10, 1500), text.substr(1510)}, 5000), text);
    EXPECT_EQ(read_of_pipe({}, 5000), "");
}

TEST(ReadFile, OneByteOverTheLimitIsTrouble) {
    for (const std::size_t limit : {10U, 1023U, 1024U, 1500U, 2048U, 60'000U}) {
        const TemporaryFile fits{numbered(limit)};
        const TemporaryFile over{numbered(limit + 1)};
        const std::string told = ": more than " + std::to_string(limit) + " bytes";
        EXPECT_EQ(read_file(fits.path(), limit).size(), limit);
        EXPECT_THROW(read_file(over.path(), limit), Trouble) << limit;
        EXPECT_EQ(read_of_pipe({numbered(limit)}, limit), numbered(limit));
        const std::string whole = read_of_pipe({numbered(limit), "x"}, limit);
        EXPECT_TRUE(whole.ends_with(told)) << whole.substr(0, 100);
    }
}

} // namespace
} // namespace sys
