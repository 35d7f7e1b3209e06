// Which other policy servers are asked, when, and what their answers do.
#pragma once

#include "ask/server.hpp"
#include "system/time.hpp"

#include <string>
#include <vector>

namespace ask {

enum class When { before, after }; // the greylist
enum class Ok { pass, continues };

struct Settings {
    std::vector<Server> servers; // in the order in which they are asked
    When when = When::after;
    Ok ok = Ok::pass;
    sys::Seconds timeout{3}; // leaves time for others within the deadline
    std::string context;     // empty: policy_context goes as it came
};

} // namespace ask
