// A response of a nameserver, as bytes, to what it says (RFC 1035, 4).
#pragma once

#include "weight/answers.hpp"

#include <cstdint>
#include <span>

namespace weight {

// A response with another code than "no error" or "no such name", or that cannot be read, is a failed answer.
// Of MX hosts ten are taken, of reverse names and of addresses a hundred.
Answer read_response(std::span<const std::uint8_t> message);

} // namespace weight
