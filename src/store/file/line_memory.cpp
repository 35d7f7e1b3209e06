#include "store/file/line_memory.hpp"

namespace store {

// All that a way has: its turns leave the lowest eight bits free.
std::uint32_t LineMemory::mark_of(const Place& way) {
    static_assert(deepest == 24 && roots == 256);
    return way.turns | way.root;
}

// Of the highest bits of a product every bit of a factor has a say.
std::size_t LineMemory::place_of(std::uint32_t mark) const {
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
    return static_cast<std::size_t>((mark * golden) >> 32U) % entries_.size();
}

void LineMemory::learn(const Place& way, const Seen& seen) {
    const std::uint32_t mark = mark_of(way);
    entries_[place_of(mark)] = {mark, seen};
}

std::optional<LineMemory::Seen> LineMemory::find(const Place& way) const {
    const std::uint32_t mark = mark_of(way);
    const Entry& entry = entries_[place_of(mark)];
    return entry.mark == mark && entry.seen.page != 0 ? std::optional{entry.seen} : std::nullopt;
}

} // namespace store
