// How a regular expression ends: what every value that it matches must end with. Pure: the expression is
// read, not run, and where it holds anything beyond the ordinary, nothing is promised.
#pragma once

#include <string>
#include <string_view>

namespace rules {

// The bytes that every match ends with, in either case; empty where that cannot be told.
// `^mta\d+\.example\.net$` ends with `.example.net`.
std::string literal_ending(std::string_view expression);

// False where the expression's ending already says that `value` does not match; `example.net$` with its
// unescaped dot still rules out `mail.example.org`. Costs no look at PCRE2.
bool may_match(std::string_view expression, std::string_view value);

} // namespace rules
