// Weighs a client with the answers of the DNS: asks, weighs what has come, asks again.
#pragma once

#include "weight/resolver.hpp"
#include "weight/score.hpp"

#include <chrono>

namespace weight {

// How long answers are waited for; what has none by then has failed.
struct Patience {
    std::chrono::milliseconds lists{3000}; // from the start, whatever is asked
    std::chrono::milliseconds names{1000}; // of the client's choice, which may be silent on purpose
};

Verdict weigh_by_dns(const Subject& subject, const Settings& settings, const Known& known, Resolver& resolver,
                     Patience patience);

} // namespace weight
