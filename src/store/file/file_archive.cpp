#include "store/file/file_archive.hpp"

#include "store/file/bulk.hpp"
#include "store/file/survey.hpp"

namespace store {

void FileArchive::each_record(const std::function<void(const Record&)>& look, const Progress& progress) {
    Survey{path_}.each_record(look, progress);
}

Swept FileArchive::sweep(Time now, const std::function<bool(const Record&)>& may_go,
                         const Progress& progress) {
    return store::sweep(path_, sync_, now, may_go, progress);
}

void FileArchive::store_all(std::vector<Record> records, const Merge& merge, const Progress& progress) {
    store::store_all(path_, max_size_, std::move(records), merge, progress);
}

Checked FileArchive::check(const Progress& progress) {
    return store::check(path_, progress);
}

greylist::Extent FileArchive::extent() {
    const std::uint64_t pages = StateFile(path_, StateFile::Access::read, 0, false).pages();
    return {.measures = {{"pages", "state_pages", "Pages of the state file.", pages},
                         {"bytes in the file", "state_bytes", "Size of the state file.", pages * page_size}},
            .bytes = pages * page_size};
}

} // namespace store
