#include "store/open.hpp"

#include "store/file/file_archive.hpp"
#include "store/file/file_store.hpp"

namespace store {

std::unique_ptr<Store> open_store(const Where& where, const Keeping& keeping) {
    auto file = std::make_unique<FileStore>(where.name, where.max_size, where.sync, keeping);
    if (where.stays) {
        file->stay();
    }
    return file;
}

std::unique_ptr<Archive> open_archive(const Where& where) {
    return std::make_unique<FileArchive>(where.name, where.max_size, where.sync);
}

} // namespace store
