#include "store/file/page_memory.hpp"

#include "store/file/check_sum.hpp"
#include "system/lines.hpp"

#include <algorithm>
#include <limits>

namespace store {

std::array<std::size_t, PageMemory::bits_each> PageMemory::bits_of(std::string_view key) {
    std::array<std::size_t, bits_each> bits{};
    std::size_t hash = hash_of(key);
    for (std::size_t& bit : bits) {
        bit = hash % key_bits;
        hash /= key_bits;
    }
    return bits;
}

bool PageMemory::Entry::may_have(std::string_view key) const {
    const auto bits = bits_of(key);
    return std::all_of(bits.begin(), bits.end(),
                       [&](std::size_t bit) { return (keys[bit / 64] >> (bit % 64) & 1U) != 0; });
}

void PageMemory::Entry::add(std::string_view key) {
    for (const std::size_t bit : bits_of(key)) {
        keys[bit / 64] |= std::uint64_t{1} << bit % 64;
    }
}

PageMemory::Known PageMemory::known_of(const Page& page, std::uint32_t term) {
    static_assert(room_for_lines <= std::numeric_limits<std::uint16_t>::max());
    return {page.head, static_cast<std::uint16_t>(page.room()), page.mark(), term};
}

// Null where nothing is known of it.
PageMemory::Entry* PageMemory::entry_of(PageNumber number) const {
    const auto& block = blocks_[number / entries_in_block % blocks_.size()];
    Entry* const entry = block ? &(*block)[number % entries_in_block] : nullptr;
    return entry != nullptr && entry->known.head.number == number ? entry : nullptr;
}

// Null where another page stays.
PageMemory::Entry* PageMemory::place_for(const Head& head) {
    auto& block = blocks_[head.number / entries_in_block % blocks_.size()];
    if (!block) {
        block = std::make_unique<Block>();
    }
    Entry& entry = (*block)[head.number % entries_in_block];
    const Head& other = entry.known.head;
    return other.number == 0 || head.place.depth <= other.place.depth ? &entry : nullptr;
}

PageMemory::Known* PageMemory::without(const Key& key, PageNumber number) {
    Entry* const entry = entry_of(number);
    return entry != nullptr && !entry->may_have(key.text) ? &entry->known : nullptr;
}

void PageMemory::learn(const Page& page, std::uint32_t term) {
    Entry* const entry = place_for(page.head);
    if (entry == nullptr) {
        return;
    }
    *entry = {.known = known_of(page, term)};
    for (std::string_view rest = page.lines(); !rest.empty();) {
        entry->add(greylist::key_in(sys::take_until(rest, '\n')));
    }
}

void PageMemory::doubt(PageNumber number) {
    ++times_written_.at(number % times_written_.size());
    if (Entry* const entry = entry_of(number)) {
        entry->known.term = 0;
    }
}

void PageMemory::renew(const Page& page, const Mark& before, std::string_view key, std::uint32_t term) {
    Entry* const entry = entry_of(page.head.number);
    if (entry != nullptr && entry->known.mark == before) {
        entry->known = known_of(page, term);
        entry->add(key);
    }
}

} // namespace store
