// The check of the state file: the CRC-32 of zlib, gzip and PNG, as it is written there.
#pragma once

#include <string>
#include <string_view>

namespace greylist {

// Eight digits, lower case.
std::string crc_of(std::string_view bytes);

} // namespace greylist
