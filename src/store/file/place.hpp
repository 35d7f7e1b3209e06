// Where a record may lie: the roots, and from each a binary tree of pages. Pure.
//
// A key's hash (SipHash-2-4 with the file's seed, because senders choose the keys) picks a root and then, bit
// by bit, a way down. A record lies on the way of its key, in the first page that had room when it came.
#pragma once

#include "greylist/record.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace store {

using greylist::Key;

constexpr unsigned roots = 256;
// Turns of the longest way. 256 trees of that depth hold more pages than a page's number can count.
constexpr unsigned deepest = 24;

using Seed = std::array<std::uint8_t, 16>;

// A place in the forest: `17/011` is the page below root 17 that is reached by these three turns.
struct Place {
    unsigned root = 0;
    unsigned depth = 0;
    std::uint32_t turns = 0; // the first one in the highest bit; the bits after `depth` are 0

    [[nodiscard]] Place child(unsigned side) const;
    // The place at this depth on the way here.
    [[nodiscard]] Place at_depth(unsigned less) const;
    // Whether `other` lies below this place, or is it.
    [[nodiscard]] bool leads_to(const Place& other) const;
    // Which child of this place leads to `other`, which lies below it.
    [[nodiscard]] unsigned side_of(const Place& other) const;

    [[nodiscard]] std::string text() const;
    static std::optional<Place> parse(std::string_view text);

    friend bool operator==(const Place&, const Place&) = default;
};

// The end of the way of a key, at depth `deepest`.
Place way_of(const Key& key, const Seed& seed);
Place way_of(char kind, std::string_view key_text, const Seed& seed);

} // namespace store
