// Perl regular expressions, by PCRE2: bytes, any case, not anchored, as postgrey matches them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Empty where PCRE2 takes `expression`; otherwise what it says of it and where.
std::optional<std::string> whats_wrong_with_expression(std::string_view expression);

enum class Answer {
    matches,
    differs,
    gave_up, // over the limits of time or space that keep one expression from using up the deadline
};
Answer ask_expression(std::string_view expression, std::string_view value);

} // namespace rules
