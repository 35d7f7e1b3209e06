// The actions that Postfix takes from a policy server (access(5), SMTPD_POLICY_README), and what it would
// misread.
#pragma once

#include "settings/option.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace settings {

// Empty where Postfix would read `action` as it stands; otherwise what it needs, as a sentence's end:
// "a code without text", "an unknown word". All-digit and empty actions are wrong (Postfix permits by them).
std::optional<std::string> whats_wrong(std::string_view action);

// What an action does to the mail, for an exit status.
enum class Outcome { pass, defer, reject };
Outcome outcome_of(std::string_view action);

// What whats_wrong() finds nothing in. Throws WrongValue.
std::string action_from(const std::string& text);
// Name: value, or nothing. Throws WrongValue.
std::string header_from(const std::string& text);

// The kinds of an option's value (settings/option.hpp).
struct Action : Text {
    static constexpr const char* takes = "ACTION";
    static std::string from(const std::string& text) { return action_from(text); }
};
// Its text has another option.
struct ActionWord : Action {
    static std::string from(const std::string& text) {
        return something_from(text, "an action of access(5)");
    }
};
struct Header : Text {
    static constexpr const char* takes = "HEADER";
    static std::string from(const std::string& text) { return header_from(text); }
};

} // namespace settings
