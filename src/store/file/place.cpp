#include "store/file/place.hpp"

#include <sodium/crypto_shorthash.h>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace store {

namespace {

// A tree whose pages are all full starts a whole new level of empty ones: were all roots equally likely, all
// trees would do so at once, and the file be twice as large as its text. The roots' shares of the keys
// therefore run from 1 to 2, as 1/512, 1/511, … 1/257: then as many records lie in trees at the end of a
// level as at its beginning or anywhere between, at any number of records, and the file stays near 1.44 times
// its text.
//
// ends[i]: hashes below it belong to root i or one before.
constexpr std::array<std::uint32_t, roots> ends = [] {
    constexpr auto share = [](unsigned root) { return (std::uint64_t{1} << 24U) / (2 * roots - root); };
    std::uint64_t all = 0;
    for (unsigned root = 0; root < roots; ++root) {
        all += share(root);
    }
    std::array<std::uint32_t, roots> result{};
    std::uint64_t sum = 0;
    for (unsigned root = 0; root < roots; ++root) {
        sum += share(root);
        result[root] = static_cast<std::uint32_t>(sum * 0xFFFFFFFFU / all);
    }
    return result;
}();

unsigned root_of(std::uint32_t hash) {
    const auto* end = std::upper_bound(ends.begin(), ends.end() - 1, hash);
    return static_cast<unsigned>(end - ends.begin());
}

std::uint32_t turn(unsigned depth) {
    return std::uint32_t{1} << (31 - depth);
}

// The turns after the first `depth` taken away.
std::uint32_t first_turns(std::uint32_t turns, unsigned depth) {
    return depth == 0 ? 0 : turns & (0xFFFFFFFFU << (32 - depth));
}

} // namespace

Place Place::child(unsigned side) const {
    assert(depth < deepest);
    return {root, depth + 1, side == 0 ? turns : turns | turn(depth)};
}

Place Place::at_depth(unsigned less) const {
    assert(less <= depth);
    return {root, less, first_turns(turns, less)};
}

bool Place::leads_to(const Place& other) const {
    return root == other.root && depth <= other.depth && first_turns(other.turns, depth) == turns;
}

unsigned Place::side_of(const Place& other) const {
    assert(depth < other.depth);
    return (other.turns & turn(depth)) == 0 ? 0 : 1;
}

std::string Place::text() const {
    std::string result = std::to_string(root) + '/';
    for (unsigned i = 0; i < depth; ++i) {
        result += (turns & turn(i)) == 0 ? '0' : '1';
    }
    return result;
}

std::optional<Place> Place::parse(std::string_view text) {
    Place place;
    const char* const end = text.data() + text.size();
    const auto root = std::from_chars(text.data(), end, place.root);
    if (root.ec != std::errc{} || place.root >= roots || root.ptr == end || *root.ptr != '/') {
        return std::nullopt;
    }
    for (const char* c = root.ptr + 1; c != end; ++c) {
        if (place.depth == deepest || (*c != '0' && *c != '1')) {
            return std::nullopt;
        }
        place = place.child(*c == '0' ? 0 : 1);
    }
    return place;
}

Place way_of(char kind, std::string_view key_text, const Seed& seed) {
    static_assert(std::tuple_size_v<Seed> == crypto_shorthash_KEYBYTES);
    std::string message(1, kind);
    message.append(1, ' ').append(key_text);
    std::array<std::uint8_t, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), reinterpret_cast<const std::uint8_t*>(message.data()), message.size(),
                     seed.data());
    const auto word = [&](std::size_t at) {
        return static_cast<std::uint32_t>(hash[at]) | static_cast<std::uint32_t>(hash[at + 1]) << 8U |
               static_cast<std::uint32_t>(hash[at + 2]) << 16U |
               static_cast<std::uint32_t>(hash[at + 3]) << 24U;
    };
    return {root_of(word(0)), deepest, first_turns(word(4), deepest)};
}

Place way_of(const Key& key, const Seed& seed) {
    return way_of(static_cast<char>(key.kind), key.text, seed);
}

} // namespace store
