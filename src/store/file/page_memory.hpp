// What a process that stays knows of the pages that it has read: enough to go past a page that does not have
// a key by a look at 17 bytes of it. Pure.
//
// What is known of a page holds while the page has the mark (page.hpp) with which all of its bytes were
// checked: a writer changes the mark with the first bytes that it writes, and then the page is read again.
#pragma once

#include "store/file/page.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace store {

class PageMemory {
  public:
    // What a way goes on by.
    struct Known {
        Head head;
        std::size_t room;
    };
    // The page of this number and mark, if it is known to have no line with this key.
    [[nodiscard]] const Known* without(const Key& key, PageNumber number, const Mark& mark) const;

    // A page as it was read. It is known from the second time on: most pages are seen once, and to look at
    // all of its lines takes longer than to read it. A page that is known already is learned afresh: what
    // renew() added to it may be gone.
    void learn(const Page& page);
    // The page that was read with the mark `before` has been written since: this key is the only one that may
    // have come to it.
    void renew(const Page& page, const Mark& before, std::string_view key);

  private:
    // Three bits for each key (a Bloom filter). Fifty keys in 1024 bits: one look in 400 is in vain.
    static constexpr std::size_t key_bits = 1024;
    static constexpr std::size_t bits_each = 3;
    static std::array<std::size_t, bits_each> bits_of(std::string_view key);

    struct Entry {
        Known known{};
        Mark mark{};
        std::array<std::uint64_t, key_bits / 64> keys{};

        [[nodiscard]] bool may_have(std::string_view key) const;
        void add(std::string_view key);
    };
    [[nodiscard]] bool has_entry(PageNumber number) const;
    static constexpr std::uint32_t never_seen = 0;
    static constexpr std::uint32_t seen_once = 1;
    static constexpr std::uint32_t first_entry = 2;
    std::vector<std::uint32_t> places_; // by a page's number: one of those, or where its entry is
    std::vector<Entry> entries_;
};

} // namespace store
