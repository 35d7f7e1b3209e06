#include "store/file/line_memory.hpp"

namespace store {

void LineMemory::Seen::keep(std::string_view line, const Version& version) {
    if (version.term == 0 || line.size() > longest_kept) {
        copy_.reset();
        return;
    }
    if (!copy_) {
        copy_ = std::make_unique<Copy>();
    }
    copy_->version = version;
    copy_->line = line;
}

std::string_view LineMemory::Seen::kept(const Version& version) const {
    const bool holds = copy_ && version.term != 0 && copy_->version == version;
    return holds ? std::string_view{copy_->line} : std::string_view{};
}

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

void LineMemory::learn(const Place& way, PageNumber page, std::size_t at, unsigned depth) {
    const std::uint32_t mark = mark_of(way);
    Entry& entry = entries_[place_of(mark)];
    entry = {}; // what was kept may have stood in another page
    entry.mark = mark;
    entry.seen.page = page;
    entry.seen.at = static_cast<std::uint16_t>(at);
    entry.seen.depth = static_cast<std::uint8_t>(depth);
}

LineMemory::Seen* LineMemory::find(const Place& way) {
    const std::uint32_t mark = mark_of(way);
    Entry& entry = entries_[place_of(mark)];
    return entry.mark == mark && entry.seen.page != 0 ? &entry.seen : nullptr;
}

} // namespace store
