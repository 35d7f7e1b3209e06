// A request's weight, laid open: every check, what was looked up for it, and what it scored.
#pragma once

#include "options.hpp"
#include "policy/request.hpp"

#include <string>

namespace policy {

// Asks the DNS and nothing else: the memory is neither asked nor changed. Throws sys::Trouble.
std::string explanation(const Request& request, const Settings& settings);

} // namespace policy
