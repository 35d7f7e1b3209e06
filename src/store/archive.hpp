// All records of a store, as greystate needs them, while the mail goes on.
#pragma once

#include "greylist/report.hpp"
#include "greylist/rule.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace store {

using greylist::Record;
using sys::Time;

// Told now and then how much is done, in thousandths.
using Progress = std::function<void(unsigned done)>;
constexpr unsigned all_done = 1000;

struct Swept {
    std::uint64_t erased = 0;
    std::uint64_t left = 0;
    std::vector<std::string> remarks;
};

// Whether everything is in its place.
struct Checked {
    std::vector<std::string> findings; // what is damaged, or not where it belongs
    std::vector<std::string> remarks;  // what harms nothing
};

// What becomes of a record that is there, when one of the same key comes in.
using Merge = std::function<Record(const Record& seen, const Record& incoming)>;

// Throws sys::Trouble; what was done before is not undone.
class Archive {
  public:
    Archive() = default;
    virtual ~Archive() = default;
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    // Looks only. Each record is seen at its own moment.
    virtual void each_record(const std::function<void(const Record&)>& look, const Progress& progress) = 0;
    // Erases every record of which `may_go` says so, and mends what is damaged on the way. Records from later
    // than `now` become records from now: otherwise they would not be forgotten before their time has come.
    virtual Swept sweep(Time now, const std::function<bool(const Record&)>& may_go,
                        const Progress& progress) = 0;
    // The store is made where it is missing.
    virtual void store_all(std::vector<Record> records, const Merge& merge, const Progress& progress) = 0;
    virtual Checked check(const Progress& progress) = 0;
    virtual greylist::Extent extent() = 0;
};

} // namespace store
