#include "rules/cdb_search.hpp"

#include "system/trouble.hpp"
#include "system/whole_io.hpp"

#include <cdb.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace rules {

namespace {

constexpr unsigned tables = 256;
constexpr unsigned pair_size = 8; // of two numbers: a line of the list of tables, a slot, a record's sizes
constexpr std::size_t contents_size = std::size_t{tables} * pair_size; // the list of tables
constexpr std::size_t start_size = 2304; // the list of tables, and of a few rules all that there is
// A table is half full, so that a search seldom meets more than a few slots.
constexpr std::size_t slots_at_once = 32;
constexpr std::size_t windows_that_stay = 1024;
constexpr std::size_t record_at_once = 512;                    // more than most have
constexpr std::size_t largest_record = std::size_t{64} * 1024; // a line and a path are at most half of it

std::uint32_t number_at(std::string_view bytes) {
    return cdb_unpack(
        reinterpret_cast<const unsigned char*>(bytes.data())); // NOLINT: what cdb_unpack() takes
}

std::uint32_t hash_of(std::string_view key) {
    return cdb_hash(key.data(), static_cast<unsigned>(key.size()));
}

struct Pair {
    std::uint32_t first;
    std::uint32_t second;
};
Pair pair_at(std::string_view bytes) {
    return {number_at(bytes), number_at(bytes.substr(pair_size / 2))};
}

} // namespace

std::uint64_t CdbSearch::Table::end() const {
    return position + std::uint64_t{slots} * pair_size;
}

sys::Descriptor CdbSearch::opened(const std::string& path) {
    constexpr int not_to_wait_for_a_pipe = O_NONBLOCK | O_NOCTTY;
    return sys::Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | not_to_wait_for_a_pipe)};
}

CdbSearch::CdbSearch(const std::string& path) : CdbSearch(path, opened(path)) {}

CdbSearch::CdbSearch(std::string path, sys::Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {
    if (!file_.is_open()) {
        throw sys::Trouble{"open", path_, errno};
    }
    start_.resize(start_size);
    start_.resize(sys::read_at(file_.number(), 0, start_.data(), start_.size(), path_));
    if (start_.size() < contents_size) {
        throw sys::Trouble{"read", path_, "not compiled rules"};
    }
}

void CdbSearch::damaged(std::string_view where) const {
    throw sys::Trouble{"read", path_, std::string{"damaged at key "}.append(where)};
}

std::string_view CdbSearch::Window::bytes(const CdbSearch& cdb, std::uint64_t position, std::size_t size,
                                          std::size_t at_once) {
    if (position + size <= cdb.start_.size()) {
        return std::string_view{cdb.start_}.substr(static_cast<std::size_t>(position), size);
    }
    if (position < start_ || position + size > start_ + buffer_.size()) {
        std::string piece(std::max(size, at_once), '\0');
        piece.resize(sys::read_at(cdb.file_.number(), static_cast<off_t>(position), piece.data(),
                                  piece.size(), cdb.path_));
        buffer_ = std::move(piece);
        start_ = position;
    }
    return std::string_view{buffer_}.substr(static_cast<std::size_t>(position - start_), size);
}

CdbSearch::Table CdbSearch::table(unsigned number) const {
    const auto [position, slots] = pair_at(std::string_view{start_}.substr(std::size_t{number} * pair_size));
    return {position, slots};
}

template <typename Use>
void CdbSearch::each_slot(std::uint32_t hash, std::string_view key, Use use) const {
    const Table its = table(hash % tables);
    const std::uint64_t begin = its.slots == 0 ? 0 : hash / tables % its.slots;
    Window& window = slots_[static_cast<std::size_t>((its.position / pair_size + begin) % slots_.size())];
    for (std::uint32_t i = 0; i < its.slots; ++i) {
        const std::uint64_t number = (begin + i) % its.slots;
        const auto at_once =
            static_cast<std::size_t>(std::min<std::uint64_t>(slots_at_once, its.slots - number)) * pair_size;
        const auto bytes = window.bytes(*this, its.position + number * pair_size, pair_size, at_once);
        if (bytes.size() < pair_size) {
            damaged(key);
        }
        const auto [slot_hash, place] = pair_at(bytes);
        if (use({slot_hash, place}) || place == 0) {
            return;
        }
    }
}

std::optional<CdbSearch::Record> CdbSearch::record_at(std::uint32_t place) const {
    const auto sizes = records_.bytes(*this, place, pair_size, record_at_once);
    if (sizes.size() < pair_size) {
        return std::nullopt;
    }
    const auto [key_size, value_size] = pair_at(sizes);
    if (std::uint64_t{key_size} + value_size > largest_record) {
        return std::nullopt;
    }
    const std::size_t size = std::size_t{key_size} + value_size;
    const auto bytes = records_.bytes(*this, std::uint64_t{place} + pair_size, size, size);
    if (bytes.size() < size) {
        return std::nullopt;
    }
    return Record{place, bytes.substr(0, key_size), bytes.substr(key_size)};
}

void CdbSearch::stay() {
    slots_.resize(windows_that_stay);
}

void CdbSearch::find(std::string_view key, const std::function<bool(const Record&)>& use) const {
    const std::uint32_t hash = hash_of(key);
    each_slot(hash, key, [&](const Slot& slot) {
        if (slot.place == 0 || slot.hash != hash) {
            return false;
        }
        const auto record = record_at(slot.place);
        if (!record) {
            damaged(key);
        }
        return record->key == key && use(*record);
    });
}

std::uint64_t CdbSearch::size() const {
    struct stat status = {};
    if (::fstat(file_.number(), &status) != 0) {
        throw sys::Trouble{"look at", path_, errno};
    }
    return static_cast<std::uint64_t>(status.st_size);
}

bool CdbSearch::is_sound(std::string_view key) const {
    const std::uint32_t hash = hash_of(key);
    const unsigned number = hash % tables;
    // The tables lie one behind the other up to the end of the file.
    const std::uint64_t end = number + 1 < tables ? table(number + 1).position : size();
    if (table(number).end() != end) {
        return false;
    }
    bool is_sound = true;
    each_slot(hash, key, [&](const Slot& slot) {
        if (slot.place == 0) {
            is_sound = slot.hash == 0;
        } else {
            const auto record = record_at(slot.place);
            is_sound = slot.hash % tables == number && record && hash_of(record->key) == slot.hash;
        }
        return !is_sound;
    });
    return is_sound;
}

} // namespace rules
