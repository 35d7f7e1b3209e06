// Counts under names, of which there may be more than memory is given to. Pure.
//
// There is a row a name, up to a limit. Where one more comes then, the half of the rows with the smallest counts makes
// room, and what they had counted is counted as others'. So a name that is told may have up to `missed()` more than is told
// of it, and one that is not told has had no more than that.
#pragma once

#include <sodium/crypto_shorthash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace report {

using Hash = std::uint64_t;

// A key nobody who writes into the log knows: otherwise he could make names fall together. 16 bytes; all the same once it
// is set, which a program does at its start.
using HashKey = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

inline Hash hash_of(std::string_view text, const HashKey& key) {
    std::array<unsigned char, crypto_shorthash_BYTES> bytes{};
    crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     key.data());
    Hash hash = 0;
    for (const unsigned char byte : bytes) {
        hash = hash << 8U | byte;
    }
    return hash;
}

// It is one already.
struct AsItIs {
    std::size_t operator()(Hash hash) const { return static_cast<std::size_t>(hash); }
};

// `Counts` has `count`, by which rows are kept, and adds up by `+=`.
template <typename Counts>
class Tally {
  public:
    struct Row {
        std::string name;
        Counts counts{};
    };

    explicit Tally(std::size_t most_rows) : most_rows_(std::max<std::size_t>(most_rows, 2)) {}

    // The row of a name, made where there is none; until the next call.
    Counts& at(Hash hash, std::string_view name) {
        const auto found = rows_.find(hash);
        if (found != rows_.end()) {
            return found->second.counts;
        }
        if (rows_.size() >= most_rows_) {
            make_room();
        }
        return rows_.emplace(hash, Row{std::string{name}, {}}).first->second.counts;
    }

    // The row of a name that was seen before, or that of the others.
    Counts& of_seen(Hash hash) {
        const auto found = rows_.find(hash);
        return found == rows_.end() ? others_ : found->second.counts;
    }

    [[nodiscard]] const Counts& others() const { return others_; }
    [[nodiscard]] std::uint64_t missed() const { return missed_; }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] const Row* find(Hash hash) const {
        const auto found = rows_.find(hash);
        return found == rows_.end() ? nullptr : &found->second;
    }

    // The rows for which `worth` is above 0, most first, at most `most` of them.
    template <typename Worth>
    [[nodiscard]] std::vector<Row> top(std::size_t most, Worth worth) const {
        std::vector<const Row*> rows;
        for (const auto& [hash, row] : rows_) {
            if (worth(row.counts) > 0) {
                rows.push_back(&row);
            }
        }
        const std::size_t size = std::min(most, rows.size());
        std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(size), rows.end(),
                          [&](const Row* a, const Row* b) {
                              const auto first = worth(a->counts);
                              const auto second = worth(b->counts);
                              return first != second ? first > second : a->name < b->name;
                          });
        std::vector<Row> result;
        result.reserve(size);
        for (std::size_t i = 0; i < size; ++i) {
            result.push_back(*rows[i]);
        }
        return result;
    }

  private:
    using Entry = std::pair<const Hash, Row>;

    void make_room() {
        std::vector<const Entry*> entries;
        entries.reserve(rows_.size());
        for (const Entry& entry : rows_) {
            entries.push_back(&entry);
        }
        const auto half = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
        std::nth_element(entries.begin(), half, entries.end(), [](const Entry* a, const Entry* b) {
            return a->second.counts.count != b->second.counts.count
                       ? a->second.counts.count < b->second.counts.count
                       : a->second.name < b->second.name;
        });
        std::uint64_t largest = 0;
        std::vector<Hash> leaving;
        for (auto entry = entries.begin(); entry != half; ++entry) {
            largest = std::max(largest, (*entry)->second.counts.count);
            others_ += (*entry)->second.counts;
            leaving.push_back((*entry)->first);
        }
        for (const Hash hash : leaving) {
            rows_.erase(hash);
        }
        missed_ += largest;
    }

    std::size_t most_rows_;
    std::unordered_map<Hash, Row, AsItIs> rows_;
    Counts others_{};
    std::uint64_t missed_ = 0;
};

} // namespace report
