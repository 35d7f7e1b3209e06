// How policyd-weight prints and rounds a score: the log, the header and the limits are compared by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weight {

// Fifteen significant digits, no trailing zeros: 1.09, -6.1, 25.5, 3.
std::string printed(double score);

// Three decimals, but four significant digits below 1, ties as the binary value falls: 13.8125 is 13.812,
// 0.123456 is 0.1235.
double rounded(double score);

// A decimal number like 4.35, -2 or +1; none for anything else.
std::optional<double> parse_score(std::string_view text);

} // namespace weight
