// The whole state file, behind store/archive.hpp: survey.hpp looks and sweeps, bulk.hpp stores many.
#pragma once

#include "store/archive.hpp"

#include <string>
#include <utility>

namespace store {

class FileArchive final : public Archive {
  public:
    FileArchive(std::string path, std::uint64_t max_size, bool sync)
        : path_(std::move(path)), max_size_(max_size), sync_(sync) {}

    void each_record(const std::function<void(const Record&)>& look, const Progress& progress) override;
    Swept sweep(Time now, const std::function<bool(const Record&)>& may_go,
                const Progress& progress) override;
    void store_all(std::vector<Record> records, const Merge& merge, const Progress& progress) override;
    Checked check(const Progress& progress) override;
    greylist::Extent extent() override;

  private:
    std::string path_;
    std::uint64_t max_size_;
    bool sync_;
};

} // namespace store
