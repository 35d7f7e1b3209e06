// A request's weight, laid open: every check, what was looked up for it, and what it scored.
#pragma once

#include "decision/settings.hpp"
#include "decision/sources.hpp"
#include "protocol/request.hpp"
#include "system/time.hpp"
#include "weight/settings.hpp"

#include <string>

namespace decision {

// Asks the DNS and nothing else: the memory is neither asked nor changed. Throws sys::Trouble.
std::string explanation(const protocol::Request& request, const weight::Settings& settings);

// What a client counts as for the greylist and why, what is remembered of it, and what it would be answered. The state
// is not changed, and other policy servers are not asked. The request has a client. Throws sys::Trouble.
std::string greylist_explanation(const protocol::Request& request, const Settings& settings, Sources& sources,
                                 sys::Time now);

} // namespace decision
