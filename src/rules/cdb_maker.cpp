#include "rules/cdb_maker.hpp"

#include "system/trouble.hpp"
#include "system/whole_io.hpp"

#include <cdb.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace rules {

namespace {

constexpr std::size_t page_size = std::size_t{2} << 20U; // of the large ones
constexpr std::size_t block_size = 4 * page_size;
constexpr std::uint32_t contents_size = 2048; // of each table its position and how many slots it has
constexpr std::uint32_t pair_size = 8;  // of two numbers: a record's sizes, a slot, a line of the contents
constexpr std::uint32_t slots_each = 2; // so that a table is half full

std::uint32_t narrow(std::uint64_t number) {
    return static_cast<std::uint32_t>(number);
}

void put_pair(char* bytes, std::uint32_t first, std::uint32_t second) {
    auto* const place = reinterpret_cast<unsigned char*>(bytes); // NOLINT: what cdb_pack() takes
    cdb_pack(first, place);
    cdb_pack(second, place + pair_size / 2);
}

std::uint32_t number_at(const char* bytes) {
    return cdb_unpack(reinterpret_cast<const unsigned char*>(bytes)); // NOLINT: what cdb_unpack() takes
}

std::uint64_t size_of(const CdbMaker::Record& record) {
    return pair_size + record.key.size() + record.value.size();
}

void append(std::string& bytes, const CdbMaker::Record& record) {
    std::array<char, pair_size> sizes{};
    put_pair(sizes.data(), narrow(record.key.size()), narrow(record.value.size()));
    bytes.append(sizes.data(), sizes.size()).append(record.key).append(record.value);
}

// The first of those that `bytes` hold.
CdbMaker::Record record_in(std::string_view bytes) {
    const std::uint32_t key = number_at(bytes.data());
    const std::uint32_t value = number_at(bytes.data() + pair_size / 2);
    return {bytes.substr(pair_size, key), bytes.substr(pair_size + key, value)};
}

// A table as it is in the file, filled in the order in which whoever looks for a key tries its slots.
std::string bytes_of(const CdbMaker::Table& entries) {
    const std::size_t count = entries.size() * slots_each;
    std::string bytes(count * pair_size, '\0');
    for (const CdbMaker::Slot& entry : entries) {
        std::size_t slot = (entry.hash >> 8U) % count;
        while (number_at(&bytes[slot * pair_size + pair_size / 2]) != 0) {
            slot = slot + 1 == count ? 0 : slot + 1;
        }
        put_pair(&bytes[slot * pair_size], entry.hash, entry.place);
    }
    return bytes;
}

// In large pages where the system has them: a tenth of the time of a compile is the faults of small ones.
char* memory_of(std::size_t size) {
    auto* const bytes = static_cast<char*>(std::aligned_alloc(page_size, size));
    if (bytes == nullptr) {
        throw std::bad_alloc{};
    }
#ifdef MADV_HUGEPAGE
    ::madvise(bytes, size, MADV_HUGEPAGE);
#endif
    return bytes;
}

[[noreturn]] void refuse() {
    throw sys::Trouble{"make", "a CDB of these entries", "more than the 4 GiB that it can hold"};
}

} // namespace

char* CdbMaker::start(std::size_t most) {
    const std::size_t size = pair_size + most;
    if (room_ < size) {
        room_ = (size / block_size + 1) * block_size;
        blocks_.push_back({narrow(size_), 0, decltype(Block::bytes){memory_of(room_)}});
    }
    return blocks_.back().bytes.get() + blocks_.back().size + pair_size;
}

CdbMaker::Place CdbMaker::finish(std::size_t key_size, std::size_t value_size, std::uint32_t mark) {
    Block& block = blocks_.back();
    char* const record = block.bytes.get() + block.size;
    const std::size_t size = pair_size + key_size + value_size;
    if (size_ + size > largest_) {
        refuse();
    }
    put_pair(record, narrow(key_size), narrow(value_size));
    const Slot slot{cdb_hash_of({record + pair_size, key_size}), mark, narrow(size_)};
    tables_[slot.hash % tables_.size()].push_back(slot);
    block.size += size;
    room_ -= size;
    size_ += size;
    return slot.place;
}

CdbMaker::Record CdbMaker::at(Place place) const {
    const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), place,
                                        [](Place at, const Block& block) { return at < block.start; });
    const Block& block = *(after - 1);
    return record_in(block.text().substr(place - block.start));
}

void CdbMaker::each(const std::function<void(const Record&)>& use) const {
    for (const Block& block : blocks_) {
        for (std::string_view rest = block.text(); !rest.empty();) {
            const Record record = record_in(rest);
            use(record);
            rest.remove_prefix(size_of(record));
        }
    }
}

void CdbMaker::remove(std::vector<Place> places) {
    std::sort(places.begin(), places.end());
    std::vector<std::uint32_t> sizes{0}; // of the first so many of them
    for (const Place place : places) {
        sizes.push_back(sizes.back() + narrow(size_of(at(place))));
    }
    const auto goes = [&](Place place) { return std::binary_search(places.begin(), places.end(), place); };
    const auto gone_before = [&](Place place) {
        const auto next = std::lower_bound(places.begin(), places.end(), place);
        return sizes[static_cast<std::size_t>(next - places.begin())];
    };
    for (Table& table : tables_) {
        std::erase_if(table, [&](const Slot& slot) { return goes(slot.place); });
        for (Slot& slot : table) {
            slot.place -= gone_before(slot.place);
        }
    }
    for (Block& block : blocks_) {
        char* left = block.bytes.get(); // the end of what is
        Place place = block.start;
        for (std::string_view rest = block.text(); !rest.empty();) {
            const std::string_view record = rest.substr(0, size_of(record_in(rest)));
            left = goes(place) ? left : std::copy(record.begin(), record.end(), left);
            place += narrow(record.size());
            rest.remove_prefix(record.size());
        }
        block.start -= gone_before(block.start);
        block.size = static_cast<std::size_t>(left - block.bytes.get());
    }
    room_ = 0;
    size_ -= sizes.back();
}

void CdbMaker::check_size(const Record& first) const {
    std::uint64_t count = 1;
    for (const Table& table : tables_) {
        count += table.size();
    }
    if (contents_size + size_of(first) + size_ + count * slots_each * pair_size > largest_) {
        refuse();
    }
}

void CdbMaker::write(int descriptor, const std::string& path, const Record& first) const {
    check_size(first);
    std::uint64_t position = 0; // the end of what is written
    const auto put = [&](std::string_view bytes) {
        sys::write_at(descriptor, static_cast<off_t>(position), bytes.data(), bytes.size(), path);
        position += bytes.size();
    };
    put(std::string(contents_size, '\0')); // as long as it is not known
    const Slot slot_of_first{cdb_hash_of(first.key), 0, narrow(position)};
    std::string first_bytes;
    append(first_bytes, first);
    put(first_bytes);
    const std::uint32_t start = narrow(position);
    for (const Block& block : blocks_) {
        put(block.text());
    }
    std::string contents(contents_size, '\0');
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        Table table;
        table.reserve(tables_[i].size() + 1);
        if (slot_of_first.hash % tables_.size() == i) {
            table.push_back(slot_of_first);
        }
        for (const Slot& slot : tables_[i]) {
            table.push_back({slot.hash, 0, start + slot.place});
        }
        put_pair(&contents[i * pair_size], narrow(position), narrow(table.size() * slots_each));
        put(bytes_of(table));
    }
    position = 0;
    put(contents);
}

} // namespace rules
