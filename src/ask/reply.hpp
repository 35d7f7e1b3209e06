// What another policy server answered (SMTPD_POLICY_README). Pure. Postfix is as strict:
//
//   reply = 1*( name "=" value EOL ) EOL                         EOL = LF / CRLF
//   name = 1*( letter / digit / "-" / "_" / "." )
//
// One of the names is `action`, and one only; the others are ignored. What comes after the empty line is no
// part of the reply.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ask {

// Servers answer with one line of some hundred bytes.
constexpr std::size_t longest_reply = std::size_t{16} * 1024;

// How many bytes of `bytes` are the first reply, its empty line included; none where that did not come yet.
std::optional<std::size_t> reply_length(std::string_view bytes);

struct Reply {
    std::string action{}; // a tab is a blank, bytes that are no UTF-8 are `?`
    std::string wrong{};  // not empty: why there is no action, as a sentence's end
};

// `bytes`: a whole reply, as reply_length() says.
Reply parse_reply(std::string_view bytes);

} // namespace ask
