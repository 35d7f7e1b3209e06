#include "store/file/check_sum.hpp"

#include "system/hexadecimal.hpp"

// Compiled in: its library would first ask which kind of processor this is, and so do those of a fast CRC-32
// (libdeflate, ISA-L). In a virtual machine each such question costs 9 µs, as much as the sums of thirty
// pages.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace store {

std::uint32_t hash_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::array<char, 8> check_sum(std::string_view bytes) {
    return sys::hexadecimal<8>(hash_of(bytes));
}

} // namespace store
