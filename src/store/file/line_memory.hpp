// Where a process that stays has seen the lines of the keys that it was asked for last: who comes again is found by one look
// at one page. A place that is no longer the key's is found out by what stands there. Pure.
#pragma once

#include "store/file/page.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace store {

class LineMemory {
  public:
    struct Seen {
        PageNumber page = 0;
        std::uint16_t at = 0; // bytes from the beginning of the page
        std::uint8_t depth = 0;
    };
    // `way`: of the key (way_of()). Of keys that share a place the last one is remembered; there are 8,192.
    void learn(const Place& way, const Seen& seen);
    // May be another key's.
    [[nodiscard]] std::optional<Seen> find(const Place& way) const;

  private:
    struct Entry {
        std::uint32_t mark = 0;
        Seen seen; // of page 0, which has no line: nothing
    };
    static std::uint32_t mark_of(const Place& way);
    [[nodiscard]] std::size_t place_of(std::uint32_t mark) const;
    std::vector<Entry> entries_ = std::vector<Entry>(8192);
};

} // namespace store
