#include "store/open.hpp"

#include "store/file/file_archive.hpp"
#include "store/file/file_store.hpp"

namespace store {

std::unique_ptr<Store> open_store(const Settings& settings, const Keeping& keeping) {
    return std::make_unique<FileStore>(settings.name, settings.max_size, settings.sync, keeping);
}

std::unique_ptr<Archive> open_archive(const Settings& settings) {
    return std::make_unique<FileArchive>(settings.name, settings.max_size, settings.sync);
}

} // namespace store
