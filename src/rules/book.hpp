// All entries of a compile, and the compiled file made of them (compiled.hpp).
// Same entries in the same order, same bytes.
#pragma once

#include "rules/entry.hpp"
#include "system/time.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Book {
  public:
    // `source` is one word, FILE:LINE.
    void add(const Entry& entry, std::string_view source);

    // An entry that never matches, because one of the same patterns was added before it.
    struct Repeat {
        std::string patterns;
        std::string source;
        std::string first_source;
    };
    // Takes all of them out.
    std::vector<Repeat> take_repeats();

    // Writes the CDB to an empty file. Throws sys::Trouble: not written, or over the 4 GiB that a CDB can
    // hold.
    void write(int descriptor, const std::string& path) const;

  private:
    // The texts of one entry lie one behind the other: key, expressions, source, verdict. A million of them
    // are to fit into memory, so they share large blocks.
    struct Line {
        const char* start = nullptr; // none where it was taken out
        std::uint32_t key = 0;       // sizes
        std::uint32_t expressions = 0;
        std::uint32_t source = 0;
        std::uint32_t verdict = 0;
    };
    // The lines by what two entries are the same by, key and expressions, in heaps that each fit into a
    // cache.
    struct Mark {
        std::uint32_t hash;
        std::uint32_t line;
    };
    using Heap = std::vector<Mark>;

    std::deque<std::string> blocks_;
    std::deque<Line> lines_;
    std::array<Heap, 256> heaps_;
    std::vector<Shape> shapes_;       // that occur, in the order of lookup
    std::array<Shape, 256> lately_{}; // shapes that are among them, to be found at once
    std::string text_;

    const char* keep(std::string_view text);
    [[nodiscard]] std::string_view patterns(std::uint32_t line) const;
    void take_repeats(const Heap& heap, std::vector<Repeat>& repeats);
    void add_shape(const Shape& shape);
    [[nodiscard]] sys::Seconds longest_window() const;
    [[nodiscard]] std::string index() const;
    [[nodiscard]] std::uint64_t file_size() const;
};

} // namespace rules
