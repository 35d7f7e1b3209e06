// How the greylist is asked, and what it says.
#pragma once

#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"

#include <string>

namespace greylist {

struct Settings {
    bool is_on = true;
    Rule rule;
    Grouping grouping;
    std::string action{"DEFER_IF_PERMIT"};
    std::string text{"Greylisted, please try again later"};
    std::string header{"X-Greylist: delayed %t seconds by greyonce-%v at %h; %d"}; // empty: none
    std::string hostname;                                                          // empty: the system's
};

} // namespace greylist
