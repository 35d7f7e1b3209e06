// The actions that Postfix takes from a policy server (access(5), SMTPD_POLICY_README), and what it would
// misread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Empty where Postfix would read `action` as it stands; otherwise what it needs, as a sentence's end:
// "a code without text", "an unknown word". All-digit and empty actions are wrong (Postfix permits by them).
std::optional<std::string> whats_wrong(std::string_view action);

// What an action does to the mail, for an exit status.
enum class Outcome { pass, defer, reject };
Outcome outcome_of(std::string_view action);

} // namespace rules
