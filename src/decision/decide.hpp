// One decision: the steps that a request meets, in order, and what comes of them.
// The steps open files; stdin, the timer, signals and exit belong to the program that calls this.
#pragma once

#include "decision/settings.hpp"
#include "decision/sources.hpp"
#include "protocol/log_line.hpp"
#include "protocol/request.hpp"
#include "system/time.hpp"

#include <string>
#include <vector>

namespace decision {

struct Decision {
    std::string action;                 // a complete access(5) action, not yet cleaned
    protocol::Account account;          // how the log tells it
    std::vector<protocol::LogLine> log; // what was found on the way
    bool was_in_trouble = false;        // something failed that the decision needed
};

Decision decide(const protocol::Request& request, const Settings& settings, Sources& sources, sys::Time now);

} // namespace decision
