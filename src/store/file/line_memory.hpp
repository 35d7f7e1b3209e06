// Where a process that stays has seen the lines of the keys that it was asked for last, and what they said: who comes again
// is found by one look at one page, and without a look while nobody can have written that page. A place that is no longer
// the key's is found out by what stands there. Pure.
#pragma once

#include "store/file/page_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace store {

class LineMemory {
  public:
    using Version = PageMemory::Version;
    // A longer line is not kept: clients choose how long most of a line is.
    static constexpr std::size_t longest_kept = 160; // bytes

    struct Seen {
        PageNumber page = 0;
        std::uint16_t at = 0; // bytes from the beginning of the page
        std::uint8_t depth = 0;

        // Not in no term, and no long line: then nothing is kept.
        void keep(std::string_view line, const Version& version);
        // The line that was kept, if it still stands there; otherwise empty.
        [[nodiscard]] std::string_view kept(const Version& version) const;

      private:
        struct Copy {
            Version version;
            std::string line;
        };
        std::unique_ptr<Copy> copy_{};
    };
    // `way`: of the key (way_of()). Of keys that share a place the last one is remembered; there are 8,192.
    // `at`: bytes from the beginning of the page.
    void learn(const Place& way, PageNumber page, std::size_t at, unsigned depth);
    // May be another key's; null where there is nothing. Holds until the next learn().
    [[nodiscard]] Seen* find(const Place& way);

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
