#include "rules/compiled.hpp"

#include "system/trouble.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>

namespace rules {

namespace {

constexpr unsigned contents_size = 2048; // of a CDB: position and slots of each of its 256 tables

unsigned hash_of(std::string_view text) {
    return cdb_hash(text.data(), static_cast<unsigned>(text.size()));
}

} // namespace

Check check_of(std::uint32_t hash) {
    constexpr std::string_view digits = "0123456789abcdef";
    Check check{};
    unsigned shift = 32;
    for (char& digit : check) {
        shift -= 4;
        digit = digits[hash >> shift & 15U];
    }
    return check;
}

std::string with_check(std::string_view rest) {
    const Check check = check_of(hash_of(rest));
    return std::string{check.data(), check.size()}.append(" ").append(rest);
}

Compiled::Compiled(std::string path) : path_(std::move(path)) {
    file_ = sys::Descriptor{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file_.is_open()) {
        throw sys::Trouble{"open", path_, errno};
    }
    if (cdb_init(&cdb_, file_.number()) != 0) {
        if (errno == EPROTO) {
            throw sys::Trouble{"read", path_, "not compiled rules"};
        }
        throw sys::Trouble{"map", path_, errno};
    }
    try {
        bool is_ours = false;
        find(index_key, [&](const Record& record) {
            index_ = record.value;
            return is_ours = true;
        });
        if (!is_ours) {
            throw sys::Trouble{"read", path_, "not compiled rules of this version"};
        }
    } catch (...) {
        cdb_free(&cdb_);
        throw;
    }
}

Compiled::~Compiled() {
    cdb_free(&cdb_);
}

void Compiled::damaged(std::string_view where) const {
    throw sys::Trouble{"read", path_, std::string{"damaged at key "}.append(where)};
}

Compiled::Record Compiled::found() const {
    const auto* key = static_cast<const char*>(cdb_getkey(&cdb_));
    const auto* value = static_cast<const char*>(cdb_getdata(&cdb_));
    if (key == nullptr || value == nullptr) {
        damaged("number " + std::to_string(cdb_keypos(&cdb_)));
    }
    Record record{cdb_keypos(&cdb_), {key, cdb_keylen(&cdb_)}, {value, cdb_datalen(&cdb_)}};
    const std::string_view check = record.value.substr(0, Check{}.size());
    if (record.value.size() <= check.size() || record.value[check.size()] != ' ') {
        damaged(record.key);
    }
    record.value.remove_prefix(check.size() + 1);
    const Check right = check_of(hash_of(record.value));
    if (check != std::string_view{right.data(), right.size()}) {
        damaged(record.key);
    }
    return record;
}

void Compiled::find(std::string_view key, const std::function<bool(const Record&)>& use) const {
    struct cdb_find search {};
    int state = cdb_findinit(&search, &cdb_, key.data(), static_cast<unsigned>(key.size()));
    while (state > 0 && (state = cdb_findnext(&search)) > 0) {
        if (use(found())) {
            return;
        }
    }
    if (state < 0) {
        damaged(key);
    }
}

std::string_view Compiled::bytes(unsigned position, unsigned size, std::string_view key) const {
    const auto* const start = static_cast<const char*>(cdb_get(&cdb_, size, position));
    if (start == nullptr) {
        damaged(key);
    }
    return {start, size};
}

unsigned Compiled::number(unsigned position, std::string_view key) const {
    return cdb_unpack(reinterpret_cast<const unsigned char*>(bytes(position, 4, key).data())); // NOLINT
}

void Compiled::prove(std::string_view key) const {
    constexpr unsigned slot_size = 8;
    const unsigned hash = hash_of(key);
    const unsigned entry = hash % 256 * slot_size;
    const unsigned table = number(entry, key);
    const unsigned slots = number(entry + 4, key);
    // The tables lie one behind the other up to the end of the file.
    const bool is_last = entry + slot_size == contents_size;
    const std::uint64_t next = is_last ? cdb_.cdb_fsize : number(entry + slot_size, key);
    const std::uint64_t end = table + std::uint64_t{slots} * slot_size;
    if (end != next || end > cdb_.cdb_fsize) {
        damaged(key);
    }
    for (unsigned i = 0; i < slots; ++i) {
        const unsigned slot =
            table + static_cast<unsigned>((std::uint64_t{hash >> 8U} + i) % slots) * slot_size;
        const unsigned slot_hash = number(slot, key);
        const unsigned place = number(slot + 4, key);
        if (place == 0) {
            if (slot_hash != 0) {
                damaged(key);
            }
            return;
        }
        if (place > cdb_.cdb_fsize - slot_size ||
            hash_of(bytes(place + slot_size, number(place, key), key)) != slot_hash ||
            slot_hash % 256 != hash % 256) {
            damaged(key);
        }
    }
}

void Compiled::each(const std::function<void(const Record&)>& use) const {
    unsigned cursor = 0;
    cdb_seqinit(&cursor, &cdb_);
    for (unsigned before = cursor;; before = cursor) {
        const int state = cdb_seqnext(&cursor, &cdb_);
        if (state == 0) {
            return;
        }
        if (state < 0 || cursor <= before) {
            damaged("number " + std::to_string(before));
        }
        const Record record = found();
        if (record.key != index_key) {
            use(record);
        }
    }
}

} // namespace rules
