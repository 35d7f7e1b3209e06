// Verdicts as text: in the rules file and in the compiled table alike.
//
//   pass
//   greylist [delay=DURATION] [retry-window=DURATION] [network=PREFIX] [always]
//   ask NAME...
//   any other access(5) action: reject TEXT, defer TEXT, 450 4.7.1 TEXT, HOLD, …
#pragma once

#include "rules/verdict.hpp"

#include <string>
#include <string_view>

namespace rules {

// Throws Unreadable (patterns.hpp) where `text` is none.
Verdict verdict_from(std::string_view text);

// The spelling that is kept: verdict_from() reads it back.
std::string text_of(const Verdict& verdict);

} // namespace rules
