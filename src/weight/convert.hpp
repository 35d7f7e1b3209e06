// policyd-weight's configuration as ours. Its file is Perl; here it is data: assignments of scalars and lists
// are read, nothing is run, and what is anything else is named.
//
//     statement = ( "$" name "=" value / "@" name "=" "(" [ value *( "," value ) ] ")" ) ";"
//     value     = number / 'text' / "text" / qr/pattern/            "#" to the end of a line is a comment
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weight {

struct Converted {
    std::string config;                  // lines of greyonce.conf(5)
    std::vector<std::string> complaints; // "line N: what: why it is left out"
};

Converted convert_policyd_weight(std::string_view perl);

} // namespace weight
