// policyd-weight's configuration as ours. Its file is Perl, of which assignments are read as data (perl.hpp):
// what is anything else is named, and so is what we would not take ourselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weight {

struct Converted {
    std::string config;                  // lines of greyonce.conf(5), each a right one
    std::vector<std::string> complaints; // "line N: what: why it is left out"
};

Converted convert_policyd_weight(std::string_view perl);

} // namespace weight
