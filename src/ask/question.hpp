// The request as another policy server is asked it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace ask {

// The attributes of `block` as they came, each in a line that ends in LF, and an empty line: what Postfix
// would send. `request=smtpd_access_policy` comes first where it is missing; blanks before a name and lines
// without an equals sign are left out; a control byte, which a server could take for the end of a line,
// becomes `?`; a `context` that is not empty is the attribute policy_context (Postfix 3.1), in place of one
// that came.
std::string question(std::string_view block, std::string_view context);

} // namespace ask
