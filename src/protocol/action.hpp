// The reply: an action as a line that every caller reads as it was meant. Pure.
#pragma once

#include <string>
#include <string_view>

namespace protocol {

// No opinion: the MTA goes on with what it would ask next (access(5)).
constexpr std::string_view no_opinion = "DUNNO";

// An action's first word in lower case, which says what it does: "dunno", "prepend", "450".
std::string word_of(std::string_view action);

// What follows the word, without the blanks between.
std::string_view text_of(std::string_view action);

// A longer action is cut: a header line has 998 bytes (RFC 5322, 2.1.1), an SMTP reply line fewer.
constexpr std::size_t longest_action = 998;

// `action=…` and an empty line; cleaned (system/text.hpp). What Postfix would still misread after that is
// DUNNO.
std::string reply(std::string_view action);

} // namespace protocol
