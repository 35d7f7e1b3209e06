#include "system/whole_io.hpp"

#include "system/descriptor.hpp"
#include "system/read_file.hpp"
#include "system/temporary_file.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace sys {
namespace {

std::string told_of_writing(int descriptor, off_t offset, const std::string& text) {
    try {
        write_at(descriptor, offset, text.data(), text.size(), "the file");
    } catch (const Trouble& trouble) {
        return trouble.what();
    }
    return "";
}

// Files grow no larger than this while it lives.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{size, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    void lift() const { setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        lift();
        std::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit before_{};
    sighandler_t handler_;
};

TEST(WriteAt, AWriteThatFailsIsToldWithItsReason) {
    const Descriptor full{open("/dev/full", O_WRONLY | O_CLOEXEC)};
    EXPECT_EQ(told_of_writing(full.number(), 0, "x"), "write the file: No space left on device");
    EXPECT_EQ(told_of_writing(-1, 0, "x"), "write the file: Bad file descriptor");
}

TEST(WriteAt, AfterAShortWriteTheRestIsWrittenOrToldWhyNot) {
    const TemporaryFile file{""};
    const Descriptor opened{open(file.path().c_str(), O_RDWR | O_CLOEXEC)};
    std::string told;
    {
        const FileSizeLimit limit{1000};
        told = told_of_writing(opened.number(), 0, std::string(700, 'a') + std::string(700, 'b'));
    }
    EXPECT_EQ(told, "write the file: File too large");
    EXPECT_EQ(read_file(file.path(), 1000), std::string(700, 'a') + std::string(300, 'b'));
    EXPECT_EQ(told_of_writing(opened.number(), 900, "rest"), "");
    EXPECT_EQ(read_file(file.path(), 1000).substr(899, 6), "brestb");
}

// The limit cuts the first write short, and is lifted once the file has begun to grow. Where that came too late, which is
// told, it is tried again.
std::string told_of_a_limit_that_is_lifted(int descriptor, const std::string& path, const std::string& text) {
    std::string told = "File too large";
    for (int tries = 0; tries < 50 && told.ends_with("File too large"); ++tries) {
        std::filesystem::resize_file(path, 0);
        const FileSizeLimit limit{text.size() - 1};
        std::thread lifting{[&] {
            while (std::filesystem::file_size(path) == 0) {
            }
            limit.lift();
        }};
        told = told_of_writing(descriptor, 0, text);
        lifting.join();
    }
    return told;
}

TEST(WriteAt, TheRestOfAShortWriteGoesBehindIt) {
    const TemporaryFile file{""};
    const Descriptor opened{open(file.path().c_str(), O_RDWR | O_CLOEXEC)};
    const std::string text = std::string(std::size_t{32} << 20U, 'a') + 'b'; // takes milliseconds
    EXPECT_EQ(told_of_a_limit_that_is_lifted(opened.number(), file.path(), text), "");
    EXPECT_TRUE(read_file(file.path(), 2 * text.size()) == text);
}

} // namespace
} // namespace sys
