// All entries of a compile, and the compiled file made of them (compiled.hpp).
// Same entries in the same order, same bytes.
#pragma once

#include "rules/cdb_maker.hpp"
#include "rules/entry.hpp"
#include "system/time.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Book {
  public:
    // `largest`: the most bytes that the compiled file may have.
    explicit Book(std::uint64_t largest = CdbMaker::largest_file) : records_(largest) {}

    // What is added goes to `descriptor`, an empty file, in place of memory; write() is to be given the same
    // one.
    void write_early(int descriptor, const std::string& path);

    // `source` is one word, FILE:LINE. Throws sys::Trouble: more entries than a CDB can hold.
    void add(const Entry& entry, std::string_view source);

    // An entry that never matches, because one of the same patterns was added before it.
    struct Repeat {
        std::string patterns;
        std::string source;
        std::string first_source;
    };
    // To be called after all entries: takes the repeats out. Throws sys::Trouble: what is left is more than a
    // CDB can hold.
    std::vector<Repeat> finish();

    // Then writes the CDB to an empty file. Throws sys::Trouble.
    void write(int descriptor, const std::string& path);

  private:
    CdbMaker records_;                // marked by a hash of their expressions, 0 where there is none
    std::vector<Shape> shapes_;       // that occur, in the order of lookup
    std::array<Shape, 256> lately_{}; // shapes that are among them, to be found at once
    sys::Seconds longest_window_{0};
    std::string index_;

    // Of the latest entry.
    std::string expressions_;
    std::string file_; // the beginning of its source, up to the line
    std::uint32_t file_hash_ = 0;

    [[nodiscard]] bool are_repeats(const CdbMaker::Slot& a, const CdbMaker::Slot& b) const;
    void find_repeats(const CdbMaker::Table& table, std::vector<CdbMaker::Place>& places,
                      std::vector<Repeat>& repeats) const;
    std::uint32_t hash_of_source(std::string_view source);
    void add_shape(const Entry& entry);
    void take_window(std::string_view verdict);
    [[nodiscard]] std::string index() const;
};

} // namespace rules
