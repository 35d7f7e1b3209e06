// All entries of a compile, and the compiled file made of them (compiled.hpp).
// Same entries in the same order, same bytes.
#pragma once

#include "rules/entry.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rules {

class Book {
  public:
    Book();

    // Where an entry of the same patterns stands already, its source, and nothing is added.
    std::optional<std::string> add(const Entry& entry, const std::string& source);

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
    struct Patterns { // what two entries are the same by
        const std::deque<Line>* lines;
        std::size_t operator()(std::uint32_t index) const;
        bool operator()(std::uint32_t a, std::uint32_t b) const;
    };

    std::deque<std::string> blocks_;
    std::deque<Line> lines_;
    std::unordered_set<std::uint32_t, Patterns, Patterns> known_;
    std::vector<Shape> shapes_; // that occur, in the order of lookup

    const char* keep(std::string_view text);
    [[nodiscard]] std::string index() const;
    [[nodiscard]] std::uint64_t file_size() const;
};

} // namespace rules
