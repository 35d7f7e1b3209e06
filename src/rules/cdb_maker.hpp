// A CDB (cr.yp.to/cdb/cdb.txt) while it is made: its records lie in memory as they will in the file, or
// already in the file, so that a million of them are written by some large writes.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
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

    // What is added goes to `descriptor`, an empty file, as soon as there is enough of it, and takes no
    // memory: fresh memory for 100 MB costs a third of a compile. write() is to be given the same file.
    // `size_of_first`: how many bytes the record before all others will probably take. Where it takes others
    // in the end, or a record was removed, all is read back.
    using SizeOfFirst = std::function<std::uint64_t()>;
    void write_early(int descriptor, const std::string& path, SizeOfFirst size_of_first);

    struct Record {
        std::string_view key;
        std::string_view value;
    };
    static std::uint64_t size_of(const Record& record);
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

    class Copy {
      public:
        explicit Copy(std::string bytes) : bytes_(std::move(bytes)) {}
        [[nodiscard]] Record record() const;

      private:
        std::string bytes_;
    };
    [[nodiscard]] Copy at(Place place) const;
    void each(const std::function<void(const Record&)>& use);

    // Of all records; which table is the hash's last byte.
    [[nodiscard]] const Tables& tables() const { return tables_; }

    void remove(std::vector<Place> places);

    // Throws sys::Trouble where the file would be too large, with `first` before all other records.
    void check_size(const Record& first) const;

    // Writes it so to an empty file. Throws sys::Trouble.
    void write(int descriptor, const std::string& path, const Record& first);

  private:
    struct Free {
        void operator()(char* bytes) const { std::free(bytes); }
    };
    using Bytes = std::unique_ptr<char, Free>;
    struct Block {
        Place start; // of its first record
        std::size_t room;
        std::size_t size;
        Bytes bytes;
        [[nodiscard]] std::string_view text() const { return {bytes.get(), size}; }
    };
    // What was written early: the records before those of the only block.
    struct Early {
        int descriptor;
        std::string path;
        SizeOfFirst size_of_first;
        std::uint64_t start = 0; // where they lie in the file
        Place size = 0;          // bytes
    };
    std::uint64_t largest_;
    std::uint64_t size_ = 0; // of all records
    std::optional<Early> early_;
    bool was_taken_back_ = false;
    std::vector<Block> blocks_;
    Tables tables_;

    static Bytes memory_of(std::size_t size);
    [[nodiscard]] std::size_t room() const;
    void make_room(std::size_t size);
    void write_block();
    // What was written early is in memory again.
    void take_back();
    void read_back(Place place, char* bytes, std::size_t size) const;
    [[nodiscard]] std::string written(Place place, std::size_t size) const;
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
