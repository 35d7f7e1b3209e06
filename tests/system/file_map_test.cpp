#include "system/file_map.hpp"

#include "system/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sys {
namespace {

class FileMapTest : public testing::Test {
  protected:
    const Descriptor file{memfd_create("mapped", MFD_CLOEXEC)};
    FileMap map;

    void write(std::string_view text, off_t place) const {
        ASSERT_EQ(pwrite(file.number(), text.data(), text.size(), place), static_cast<ssize_t>(text.size()));
    }
};

TEST_F(FileMapTest, ShowsTheFileAsItIsNow) {
    write("old text", 0);
    EXPECT_EQ(map.bytes(file.number(), 3), "old text");
    write("new", 0);
    EXPECT_EQ(map.bytes(file.number(), 8), "new text");
}

TEST_F(FileMapTest, GrowsWithTheFileWhereMoreIsWanted) {
    write("short", 0);
    EXPECT_EQ(map.bytes(file.number(), 100), "short");
    write("far behind", 1'000'000);
    EXPECT_EQ(map.bytes(file.number(), 5), "short");
    EXPECT_EQ(map.bytes(file.number(), 6).size(), 1'000'010U);
    EXPECT_EQ(map.bytes(file.number(), 6).substr(1'000'000), "far behind");
    EXPECT_EQ(map.bytes(file.number(), 6).substr(0, 5), "short");
}

TEST_F(FileMapTest, IsEmptyWhereThereIsNothingToMap) {
    EXPECT_TRUE(map.bytes(file.number(), 10).empty());
    EXPECT_TRUE(FileMap{}.bytes(-1, 10).empty());
    const Descriptor device{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    EXPECT_TRUE(FileMap{}.bytes(device.number(), 10).empty());
}

} // namespace
} // namespace sys
