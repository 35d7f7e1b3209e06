// The check of the state file: the CRC-32 of zlib, gzip and PNG, as it is written there.
#pragma once

#include <array>
#include <string_view>

namespace greylist {

// Eight digits, lower case.
std::array<char, 8> crc_of(std::string_view bytes);

} // namespace greylist
