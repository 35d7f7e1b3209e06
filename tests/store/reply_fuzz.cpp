// Any bytes as what a server answers, whole and in pieces: nothing crashes, the same replies come of both, and no
// more of them is held than came.
#include "store/redis/reply.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

std::size_t size_of(const redis::Reply& reply) {
    std::size_t size = 1 + reply.text.size();
    for (const redis::Reply& item : reply.items) {
        size += size_of(item);
    }
    return size;
}

bool are_same(const redis::Reply& one, const redis::Reply& other) {
    if (one.kind != other.kind || one.text != other.text || one.number != other.number ||
        one.items.size() != other.items.size()) {
        return false;
    }
    for (std::size_t i = 0; i < one.items.size(); ++i) {
        if (!are_same(one.items[i], other.items[i])) {
            return false;
        }
    }
    return true;
}

std::vector<redis::Reply> replies_in(std::string_view bytes, std::size_t piece) {
    std::vector<redis::Reply> replies;
    redis::ReplyReader reader{65536};
    try {
        while (!bytes.empty()) {
            reader.feed(bytes.substr(0, piece));
            bytes.remove_prefix(std::min(piece, bytes.size()));
            while (auto reply = reader.next()) {
                replies.push_back(*std::move(reply));
            }
        }
    } catch (const redis::Garbled&) {
    }
    return replies;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto whole = replies_in(bytes, size + 1);
    const auto pieces = replies_in(bytes, 1);
    std::size_t held = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        held += size_of(whole[i]);
        if (i >= pieces.size() || !are_same(whole[i], pieces[i])) {
            std::abort();
        }
    }
    if (held > size + 1 || pieces.size() != whole.size()) {
        std::abort();
    }
    return 0;
}
