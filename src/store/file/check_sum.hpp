// The check of the state file, as it is written there: the low 32 bits of XXH3 (https://xxhash.com), seed 0.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace store {

// Eight hexadecimal digits, lower case.
std::array<char, 8> check_sum(std::string_view bytes);

// The same as a number.
std::uint32_t hash_of(std::string_view bytes);

} // namespace store
