#include "system/file_map.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

namespace sys {

FileMap::~FileMap() {
    if (start_ != nullptr) {
        munmap(start_, size_);
    }
}

std::string_view FileMap::bytes(int descriptor, std::size_t wanted) {
    if (wanted > size_) {
        grow(descriptor);
    }
    return {static_cast<const char*>(start_), size_};
}

void FileMap::grow(int descriptor) {
    struct stat status = {};
    if (fstat(descriptor, &status) != 0 || static_cast<std::size_t>(status.st_size) <= size_) {
        return;
    }
    const auto size = static_cast<std::size_t>(status.st_size);
#ifdef MREMAP_MAYMOVE
    void* const start = start_ == nullptr
                            ? mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0)
                            : mremap(start_, size_, size, MREMAP_MAYMOVE); // keeps what was touched
#else
    void* const start = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (start != MAP_FAILED && start_ != nullptr) { // NOLINT: the system's own cast
        munmap(start_, size_);
    }
#endif
    if (start == MAP_FAILED) { // NOLINT: the system's own cast
        return;
    }
    // What is looked for lies where its hash puts it: what stands beside it is not wanted next.
    madvise(start, size, MADV_RANDOM);
    start_ = start;
    size_ = size;
}

} // namespace sys
