// One entry of the rules, read from whichever of the formats. Pure.
#pragma once

#include "rules/keys.hpp"
#include "rules/order.hpp"

#include <string>
#include <vector>

namespace rules {

struct Entry {
    bool is_default = false;       // decides where no other entry matches
    std::vector<Pattern> patterns; // by field, no field twice
    std::string verdict;           // as verdict_text.hpp spells it
};

Shape shape_of(const Entry& entry);

// What it is filed under.
std::string key_of(const Entry& entry);

// Its expressions as they stand in the compiled value: each between slashes, with a blank after it.
std::string expressions_of(const Entry& entry);

} // namespace rules
