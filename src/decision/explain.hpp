// A request's weight, laid open: every check, what was looked up for it, and what it scored.
#pragma once

#include "protocol/request.hpp"
#include "weight/settings.hpp"

#include <string>

namespace decision {

// Asks the DNS and nothing else: the memory is neither asked nor changed. Throws sys::Trouble.
std::string explanation(const protocol::Request& request, const weight::Settings& settings);

} // namespace decision
