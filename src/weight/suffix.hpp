// Public suffixes: where a name stops being somebody's (publicsuffix.org, its ICANN part, as libpsl carries
// it).
#pragma once

#include <string_view>

namespace weight {

// What `name` (lower case) ends in: "co.uk" of "mail.example.co.uk", "com" of "com". Empty where the list
// does not know the last label.
std::string_view public_suffix(std::string_view name);

} // namespace weight
