// All entries of a compile, and the compiled file made of them (compiled.hpp).
// Same entries in the same order, same bytes.
#pragma once

#include "rules/entry.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Book {
  public:
    // Where an entry of the same patterns stands already, its source, and nothing is added.
    std::optional<std::string> add(const Entry& entry, std::string_view source);

    [[nodiscard]] std::size_t size() const { return lines_.size(); }

    // Writes the CDB to an empty file. Throws sys::Trouble: not written, or over the 4 GiB that a CDB can
    // hold.
    void write(int descriptor, const std::string& path) const;

  private:
    // The texts of one entry lie one behind the other: key, expressions, source, verdict. A million of them
    // are to fit into memory, so they share large blocks.
    struct Line {
        const char* start = nullptr;
        std::uint32_t key = 0; // sizes
        std::uint32_t expressions = 0;
        std::uint32_t source = 0;
        std::uint32_t verdict = 0;
    };
    // A hash table of the lines by what two entries are the same by: key and expressions. Never more than
    // half full.
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = 0; // of the line, counted from 1; 0 is free
    };

    std::deque<std::string> blocks_;
    std::deque<Line> lines_;
    std::vector<Slot> known_ = std::vector<Slot>(1024);
    std::vector<Shape> shapes_;       // that occur, in the order of lookup
    std::array<Shape, 256> lately_{}; // shapes that are among them, to be found at once
    std::string text_;

    const char* keep(std::string_view text);
    Slot& slot_of(std::uint32_t hash, std::string_view patterns);
    void make_room();
    void add_shape(const Shape& shape);
    [[nodiscard]] std::string index() const;
    [[nodiscard]] std::uint64_t file_size() const;
};

} // namespace rules
