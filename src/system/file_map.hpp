// A file's bytes as the system has them in memory: for a process that looks at it again and again, where a
// look takes a tenth of what a pread() takes. Each page that is touched costs a page fault once; for one
// request that is dearer than to read it.
//
// A file that is cut while it is mapped raises SIGBUS.
#pragma once

#include <cstddef>
#include <string_view>

namespace sys {

class FileMap {
  public:
    FileMap() = default;
    FileMap(const FileMap&) = delete;
    FileMap& operator=(const FileMap&) = delete;
    ~FileMap();

    // Its first `wanted` bytes, or more; fewer where the file has no more, or cannot be mapped. They change
    // with the file, and stay where they are until it has grown and more of it is wanted.
    std::string_view bytes(int descriptor, std::size_t wanted);

  private:
    void* start_ = nullptr;
    std::size_t size_ = 0;

    void grow(int descriptor);
};

} // namespace sys
