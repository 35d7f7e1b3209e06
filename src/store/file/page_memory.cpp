#include "store/file/page_memory.hpp"

#include "store/file/check_sum.hpp"

#include <algorithm>

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

bool PageMemory::has_entry(PageNumber number) const {
    return number < places_.size() && places_[number] >= first_entry;
}

const PageMemory::Known* PageMemory::without(const Key& key, PageNumber number, const Mark& mark) const {
    if (!has_entry(number)) {
        return nullptr;
    }
    const Entry& entry = entries_[places_[number] - first_entry];
    return entry.mark == mark && !entry.may_have(key.text) ? &entry.known : nullptr;
}

void PageMemory::learn(const Page& page) {
    const PageNumber number = page.head.number;
    if (number >= places_.size()) {
        places_.resize(std::max<std::size_t>(number + 1, 2 * places_.size()), never_seen);
    }
    std::uint32_t& place = places_[number];
    if (place == never_seen) {
        place = seen_once;
        return;
    }
    if (place == seen_once) {
        place = static_cast<std::uint32_t>(first_entry + entries_.size());
        entries_.emplace_back();
    }
    Entry& entry = entries_[place - first_entry];
    entry = {.known = {page.head, page.room()}, .mark = page.mark()};
    for (std::string_view rest = page.lines(); !rest.empty();) {
        entry.add(greylist::key_in(take_line(rest)));
    }
}

void PageMemory::renew(const Page& page, const Mark& before, std::string_view key) {
    if (!has_entry(page.head.number)) {
        return;
    }
    Entry& entry = entries_[places_[page.head.number] - first_entry];
    if (entry.mark == before) {
        entry.known = {page.head, page.room()};
        entry.mark = page.mark();
        entry.add(key);
    }
}

} // namespace store
