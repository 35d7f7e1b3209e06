// What a rule says of a mail.
#pragma once

#include "system/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rules {

struct Verdict {
    enum class Kind {
        pass,     // whitelisted: no opinion, and the greylist is not asked
        greylist, // the greylist is asked, with these values in place of the configured ones
        ask,      // `servers` are asked too; the greylist is, as configured
        action,   // `action` is the answer
    };
    Kind kind = Kind::pass;
    std::vector<std::string> servers; // names of other policy servers
    std::string action;               // a complete access(5) action: "REJECT text", "DEFER text", "HOLD", …
    std::optional<sys::Seconds> delay;
    std::optional<sys::Seconds> retry_window;
    std::optional<unsigned> network; // prefix length of the client's network in the key
    bool always = false;             // the auto-whitelist does not count
};

} // namespace rules
