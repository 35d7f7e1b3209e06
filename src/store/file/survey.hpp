// The whole state, one bucket (a root and what lies below it) after the other, each under its own lock and no
// longer: the mail goes on meanwhile. What is seen is each bucket at its own moment.
#pragma once

#include "store/archive.hpp"
#include "store/file/forest.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace store {

// Looks only: nothing is locked against readers, nothing mended, nothing written.
class Survey {
  public:
    explicit Survey(const std::string& path)
        : file_(path, StateFile::Access::read, 0, false), forest_(file_) {}

    // The pages of a bucket, from the root down; read under its lock, which is given up before they are
    // returned.
    std::vector<Page> bucket(unsigned root);
    void each_record(const std::function<void(const Record&)>& look, const Progress& progress);

    [[nodiscard]] const StateFile& file() const { return file_; }
    [[nodiscard]] const std::vector<std::string>& damages() const { return forest_.remarks(); }

  private:
    StateFile file_;
    Forest forest_;
};

// Erases every record of which `may_go` says so. On the way, damaged pages are mended, pointers to nothing
// cleared, and pages that no parent points to taken in again where nothing else has taken their place. Throws
// sys::Trouble.
Swept sweep(const std::string& path, bool sync, Time now, const std::function<bool(const Record&)>& may_go,
            const Progress& progress);

Checked check(const std::string& path, const Progress& progress);

} // namespace store
