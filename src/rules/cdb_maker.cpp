#include "rules/cdb_maker.hpp"

#include "system/trouble.hpp"
#include "system/whole_io.hpp"

#include <cdb.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace rules {

namespace {

constexpr std::size_t page_size = std::size_t{2} << 20U; // of the large ones
constexpr std::size_t block_size = 4 * page_size;
constexpr std::size_t early_block_size = std::size_t{256} * 1024; // stays in the processor's cache
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

// Tells the disk now and then to begin with what was written: the end waits less, a twentieth of the time.
void begin_to_store([[maybe_unused]] int descriptor, [[maybe_unused]] std::uint64_t before,
                    [[maybe_unused]] std::size_t written) {
#ifdef SYNC_FILE_RANGE_WRITE
    constexpr std::uint64_t some = std::uint64_t{8} << 20U;
    if (before % some + written >= some) {
        ::sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
#endif
}

[[noreturn]] void refuse() {
    throw sys::Trouble{"make", "a CDB of these entries", "more than the 4 GiB that it can hold"};
}

} // namespace

// Large ones in large pages where the system has them: a tenth of the time is the faults of small ones.
CdbMaker::Bytes CdbMaker::memory_of(std::size_t size) {
    const bool is_large = size % page_size == 0;
    Bytes bytes{static_cast<char*>(is_large ? std::aligned_alloc(page_size, size) : std::malloc(size))};
    if (!bytes) {
        throw std::bad_alloc{};
    }
#ifdef MADV_HUGEPAGE
    if (is_large) {
        ::madvise(bytes.get(), size, MADV_HUGEPAGE);
    }
#endif
    return bytes;
}

std::uint64_t CdbMaker::size_of(const Record& record) {
    return pair_size + record.key.size() + record.value.size();
}

CdbMaker::Record CdbMaker::Copy::record() const {
    return record_in(bytes_);
}

void CdbMaker::write_early(int descriptor, const std::string& path, SizeOfFirst size_of_first) {
    early_ = Early{descriptor, path, std::move(size_of_first)};
}

void CdbMaker::write_block() {
    Block& block = blocks_.back();
    if (early_->start == 0) {
        early_->start = contents_size + early_->size_of_first();
    }
    sys::write_at(early_->descriptor, static_cast<off_t>(early_->start + block.start), block.bytes.get(),
                  block.size, early_->path);
    begin_to_store(early_->descriptor, early_->size, block.size);
    early_->size += narrow(block.size);
    block.start = early_->size;
    block.size = 0;
}

std::string CdbMaker::written(Place place, std::size_t size) const {
    std::string bytes(size, '\0');
    read_back(place, bytes.data(), size);
    return bytes;
}

void CdbMaker::read_back(Place place, char* bytes, std::size_t size) const {
    const auto offset = static_cast<off_t>(early_->start + place);
    if (sys::read_at(early_->descriptor, offset, bytes, size, early_->path) < size) {
        throw sys::Trouble{"read", early_->path, "what was written is not there"};
    }
}

void CdbMaker::take_back() {
    if (early_ && early_->size > 0) {
        was_taken_back_ = true;
        const std::size_t size = early_->size;
        Block all{0, size, size, memory_of((size / block_size + 1) * block_size)};
        read_back(0, all.bytes.get(), size);
        blocks_.insert(blocks_.begin(), std::move(all));
    }
    early_.reset();
}

std::size_t CdbMaker::room() const {
    return blocks_.empty() ? 0 : blocks_.back().room - blocks_.back().size;
}

void CdbMaker::make_room(std::size_t size) {
    if (early_ && !blocks_.empty()) {
        write_block();
        if (room() >= size) {
            return;
        }
        blocks_.clear();
    }
    const std::size_t unit = early_ ? early_block_size : block_size;
    const std::size_t whole = (size / unit + 1) * unit;
    blocks_.push_back({narrow(size_), whole, 0, memory_of(whole)});
}

char* CdbMaker::start(std::size_t most) {
    if (room() < pair_size + most) {
        make_room(pair_size + most);
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
    size_ += size;
    return slot.place;
}

CdbMaker::Copy CdbMaker::at(Place place) const {
    if (early_ && place < early_->size) {
        const std::string sizes = written(place, pair_size);
        const std::uint64_t size =
            std::uint64_t{number_at(sizes.data())} + number_at(sizes.data() + pair_size / 2);
        return Copy{written(place, pair_size + size)};
    }
    const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), place,
                                        [](Place at, const Block& block) { return at < block.start; });
    const Block& block = *(after - 1);
    const std::string_view bytes = block.text().substr(place - block.start);
    return Copy{std::string{bytes.substr(0, size_of(record_in(bytes)))}};
}

void CdbMaker::each(const std::function<void(const Record&)>& use) {
    take_back();
    for (const Block& block : blocks_) {
        for (std::string_view rest = block.text(); !rest.empty();) {
            const Record record = record_in(rest);
            use(record);
            rest.remove_prefix(size_of(record));
        }
    }
}

void CdbMaker::remove(std::vector<Place> places) {
    take_back();
    std::sort(places.begin(), places.end());
    std::vector<std::uint32_t> sizes{0}; // of the first so many of them
    for (const Place place : places) {
        sizes.push_back(sizes.back() + narrow(size_of(at(place).record())));
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
    blocks_.back().room = blocks_.back().size;
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

void CdbMaker::write(int descriptor, const std::string& path, const Record& first) {
    check_size(first);
    if (early_ && early_->size > 0 && early_->start != contents_size + size_of(first)) {
        take_back();
    }
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
    position += early_ ? early_->size : 0;
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
    // What lies behind the end was written early and has been removed since.
    if (was_taken_back_ && ::ftruncate(descriptor, static_cast<off_t>(position)) != 0) {
        throw sys::Trouble{"write", path, errno};
    }
    position = 0;
    put(contents);
}

} // namespace rules
