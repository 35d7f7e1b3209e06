// A CDB (cr.yp.to/cdb/cdb.txt) while it is made: its records lie in memory as they will in the file, so that
// a million of them are written by a few large writes. It is read back by tinycdb (compiled.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class CdbMaker {
  public:
    // Its positions are of 32 bits.
    static constexpr std::uint64_t largest_file = std::numeric_limits<std::uint32_t>::max();

    // `largest`: in bytes, and no more than largest_file.
    explicit CdbMaker(std::uint64_t largest = largest_file) : largest_(largest) {}

    struct Record {
        std::string_view key;
        std::string_view value;
    };
    // Names a record, until one is removed: the bytes of all records that stand before it.
    using Place = std::uint32_t;
    struct Added {
        Place place;
        std::uint32_t hash; // of the key
    };
    // Behind all others. Throws sys::Trouble where the file would be too large.
    Added add(const Record& record);

    [[nodiscard]] Record at(Place place) const;
    void each(const std::function<void(const Record&)>& use) const;

    void remove(std::vector<Place> places);

    // Throws sys::Trouble where the file would be too large, with `first` before all other records.
    void check_size(const Record& first) const;

    // Writes it so to an empty file. Throws sys::Trouble.
    void write(int descriptor, const std::string& path, const Record& first) const;

  private:
    struct Block {
        Place start; // of its first record
        std::string bytes;
    };
    struct Slot {
        std::uint32_t hash;
        std::uint32_t place;
    };
    using Table = std::vector<Slot>; // in the order of adding

    std::uint64_t largest_;
    std::uint64_t size_ = 0; // of all records
    std::vector<Block> blocks_;
    std::array<Table, 256> tables_; // by the last byte of the hash
};

} // namespace rules
