// Mail addresses as they stand in logs and lists, quoted local parts among them (RFC 5321, 4.1.2). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace transfer {

// The address that `text` begins with: words and quoted strings with dots between them, then `@` and a domain
// or an address literal, or neither. As Exim reads them: words may be empty, and a backslash may stand before
// any character. None where `text` does not begin with one.
std::optional<std::string_view> mailbox_at_start(std::string_view text);
// Whether all of `text` is one, with its domain.
bool is_mailbox(std::string_view text);

// As the request of a policy client has it: the local part without its quotes and backslashes. What is no
// address stays as it is.
std::string unquoted(std::string_view mailbox);

} // namespace transfer
