// postgrey's whitelists, read as postgrey reads them: one entry a line, `#` begins a comment.
//
//   clients      /EXPRESSION/            verified names, case-insensitive, not anchored
//                192.0.2.1, 192.0.2.0/24, 2001:db8::/32
//                192.0.2                 192.0.2.0/24
//                192.0                   192.0.0.0/16 (postgrey makes it 192.0.0.0/24)
//                mail.example.org        that name and every name below it
//                *.example.org           example.org (as sqlgrey writes it)
//   recipients   /EXPRESSION/            the whole address
//                user@example.org        also user+extension@example.org
//                user@                   the same in any domain
//                example.org             that domain and every domain below it
//                *.example.org           example.org
//
// What looks like an address and is none, and an expression that does not end, is refused; postgrey passes
// over the one and takes the other for a name.
#pragma once

#include "rules/compiler.hpp"

#include <string>

namespace rules {

// Throw sys::Trouble where the file cannot be read.
void read_client_list(const std::string& path, Compiler& compiler);
void read_recipient_list(const std::string& path, Compiler& compiler);

} // namespace rules
