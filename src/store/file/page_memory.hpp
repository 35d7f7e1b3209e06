// What a process that stays knows of the pages that it has read: enough to go past one that does not have a key without
// reading it. A look for a key in a state of a million records goes past seven pages. Pure.
//
// What is known of a page holds while the page has the mark (page.hpp) with which all of its bytes were
// checked: a writer changes the mark with the first bytes that it writes, and then the page is read again. Whether it has
// the mark is seen by a look at those 17 bytes, once in a term in which nobody else has the file open (StateFile::term).
#pragma once

#include "store/file/page.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace store {

class PageMemory {
  public:
    // What a way goes on by.
    struct Known {
        Head head;
        std::uint16_t room = 0;
        Mark mark{};
        std::uint32_t term = 0; // in which the page was last seen to have the mark; 0: look
    };
    // Of a page as it was read: what stood there stands there as long as both are what they were.
    struct Version {
        std::uint32_t term = 0;          // of the file (StateFile::term); in none nothing is certain
        std::uint32_t times_written = 0; // by this process

        friend bool operator==(const Version&, const Version&) = default;
    };
    // How often the page of this number, or another that counts with it, was about to be written.
    [[nodiscard]] std::uint32_t times_written(PageNumber number) const {
        return times_written_.at(number % times_written_.size());
    }

    // What is known of the page of this number, if that has no line with this key as long as it has the mark.
    [[nodiscard]] Known* without(const Key& key, PageNumber number);

    // A page as it was read in this term; 0: in none. There is room for 32,768 pages, 4 MiB: of those that share a place the
    // one nearest to its root stays, past which the most ways go.
    void learn(const Page& page, std::uint32_t term);
    // The page of this number is about to be written.
    void doubt(PageNumber number);
    // The page that was read with the mark `before` has been written since, in this term: this key is the only one that
    // may have come to it.
    void renew(const Page& page, const Mark& before, std::string_view key, std::uint32_t term);

  private:
    // Three bits for each key (a Bloom filter). Fifty keys in 512 bits: one look in 60 is in vain, and reads the page.
    static constexpr std::size_t key_bits = 512;
    static constexpr std::size_t bits_each = 3;
    static std::array<std::size_t, bits_each> bits_of(std::string_view key);

    static Known known_of(const Page& page, std::uint32_t term);

    struct Entry {
        Known known{}; // with the number 0 of nothing
        std::array<std::uint64_t, key_bits / 64> keys{};

        [[nodiscard]] bool may_have(std::string_view key) const;
        void add(std::string_view key);
    };
    // Made as they are needed.
    static constexpr std::size_t entries_in_block = 64;
    using Block = std::array<Entry, entries_in_block>;
    std::vector<std::unique_ptr<Block>> blocks_ = std::vector<std::unique_ptr<Block>>(512);

    std::array<std::uint32_t, 4096> times_written_{};

    [[nodiscard]] Entry* entry_of(PageNumber number) const;
    Entry* place_for(const Head& head);
};

} // namespace store
