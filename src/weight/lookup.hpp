// Weighs a client with the answers of the DNS: asks, weighs what has come, asks again.
#pragma once

#include "weight/resolver.hpp"
#include "weight/score.hpp"

#include <chrono>

namespace weight {

// Takes no longer than `limit`; what has no answer by then counts as failed.
Verdict weigh_by_dns(const Subject& subject, const Settings& settings, const Known& known, Resolver& resolver,
                     std::chrono::milliseconds limit);

} // namespace weight
