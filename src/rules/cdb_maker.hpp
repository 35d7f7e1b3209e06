// A CDB (cr.yp.to/cdb/cdb.txt) while it is made: its records lie in memory as they will in the file, so that
// a million of them are written by a few large writes. It is read back by tinycdb (compiled.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
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
    struct Slot {
        std::uint32_t hash; // of the key
        std::uint32_t mark; // what whoever added the record gave it
        Place place;
    };
    using Table = std::vector<Slot>; // in the order of adding
    using Tables = std::array<Table, 256>;
    // Where a record is to be written that comes behind all others: its key, and then its value. `most`: its
    // bytes, or more.
    char* start(std::size_t most);
    // That was it. Throws sys::Trouble where the file would be too large.
    Place finish(std::size_t key_size, std::size_t value_size, std::uint32_t mark = 0);

    [[nodiscard]] Record at(Place place) const;
    void each(const std::function<void(const Record&)>& use) const;

    // Of all records; which table is the hash's last byte.
    [[nodiscard]] const Tables& tables() const { return tables_; }

    void remove(std::vector<Place> places);

    // Throws sys::Trouble where the file would be too large, with `first` before all other records.
    void check_size(const Record& first) const;

    // Writes it so to an empty file. Throws sys::Trouble.
    void write(int descriptor, const std::string& path, const Record& first) const;

  private:
    struct Free {
        void operator()(char* bytes) const { std::free(bytes); }
    };
    struct Block {
        Place start; // of its first record
        std::size_t size;
        std::unique_ptr<char, Free> bytes;
        [[nodiscard]] std::string_view text() const { return {bytes.get(), size}; }
    };
    std::uint64_t largest_;
    std::uint64_t size_ = 0; // of all records
    std::size_t room_ = 0;   // in the last block
    std::vector<Block> blocks_;
    Tables tables_;
};

// How a CDB hashes its keys. `before`: of what stands before `text`.
constexpr std::uint32_t hash_of_nothing = 5381;
constexpr std::uint32_t cdb_hash_of(std::string_view text, std::uint32_t before = hash_of_nothing) {
    std::uint32_t hash = before;
    for (const char c : text) {
        hash = (hash * 33) ^ static_cast<unsigned char>(c);
    }
    return hash;
}

} // namespace rules
