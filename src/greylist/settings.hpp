// How the greylist is asked, and what it says.
#pragma once

#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"

#include <cstdint>
#include <string>

namespace greylist {

enum class Names : std::uint8_t { all, suspect }; // whose mail waits: without an organisation, or anybody's

struct Settings {
    bool is_on = true;
    Rule rule;
    Names names = Names::all;
    bool knows_correspondents = false; // whom ours have written to need not wait
    bool has_one_verdict = false;      // for all recipients of a message
    Grouping grouping;
    std::string action{"DEFER_IF_PERMIT"};
    std::string text{"Greylisted, please try again later"};
    std::string header{"X-Greylist: delayed %t seconds by greyonce-%v at %h; %d"}; // empty: none
    std::string hostname;                                                          // empty: the system's
};

} // namespace greylist
