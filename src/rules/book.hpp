// All entries of a compile, and the compiled file made of them (compiled.hpp) by tinycdb.
// Same entries in the same order, same bytes. Of many entries a second thread makes the records, while the caller reads the
// next ones: a million take a third less time.
#pragma once

#include "rules/entry.hpp"
#include "system/time.hpp"
#include "system/worker.hpp"

#include <cdb.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Book {
  public:
    // A CDB's positions are of 32 bits.
    static constexpr std::uint64_t largest_file = std::numeric_limits<std::uint32_t>::max();

    // `largest`: the most bytes that the compiled file may have, and no more than largest_file.
    explicit Book(std::uint64_t largest = largest_file) : largest_(largest) {}
    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;
    ~Book();

    // To be called before all others: what is added goes at once to `descriptor`, an empty file that can be read
    // as well and stays open as long as this. `path` is for messages.
    // All of these throw sys::Trouble: the file cannot be written, or the entries are more than a CDB can hold.
    void write_to(int descriptor, const std::string& path);

    // `source` is one word, FILE:LINE. What the file cannot take may be thrown at a later entry, or by finish().
    void add(const Entry& entry, std::string_view source);

    // An entry that never matches, because one of the same patterns was added before it.
    struct Repeat {
        std::string patterns;
        std::string source;
        std::string first_source;
    };
    // To be called after all entries: takes the repeats out, and completes the file.
    std::vector<Repeat> finish();

  private:
    // Where in the file a record is. Those of repeats have the same hash; 256 groups of them each fit into the
    // processor's cache.
    struct Place {
        std::uint32_t hash;
        std::uint32_t position;
    };
    using Places = std::vector<Place>; // in the order of writing

    // Entries that have no records yet: their bytes, one after the other, and the sizes of their parts.
    struct Entries {
        struct Sizes {
            std::size_t key = 0;
            std::size_t expressions = 0;
            std::size_t source = 0;
            std::size_t verdict = 0;
        };
        std::string bytes;
        std::vector<Sizes> sizes;
    };

    std::uint64_t largest_;
    std::uint64_t size_ = 0;          // of the file: the list of its tables, the records,
    std::uint64_t size_of_slots_ = 0; // and the tables
    int descriptor_ = -1;
    std::string path_;
    cdb_make make_{};
    bool is_making_ = false;
    std::array<Places, 256> places_;

    std::vector<Shape> shapes_;       // that occur, in the order of lookup
    std::array<Shape, 256> lately_{}; // shapes that are among them, to be found at once
    sys::Seconds longest_window_{0};

    std::string value_; // of the latest record

    Entries latest_; // not given to the worker yet
    sys::Worker<Entries> records_{[this](const Entries& entries) { make_records(entries); }};

    void make_records(const Entries& entries);
    void make_record(std::string_view bytes, const Entries::Sizes& sizes);
    void write(std::string_view key, std::string_view value);
    void start();
    void complete();
    // `places`: empty, and then where they are, in the order of writing.
    std::vector<Repeat> repeats(std::vector<std::uint32_t>& places) const;
    void take_out(const std::vector<std::uint32_t>& places);
    void add_shape(const Entry& entry);
    void take_window(std::string_view verdict);
    [[nodiscard]] std::string index() const;
};

} // namespace rules
