// The rules file (greyonce-rules(5)): one entry a line.
//
//   line     = [entry | include]
//   entry    = ["at" SOURCE] ["default"] *(FIELD PATTERN) VERDICT
//   include  = "include" ["rules" | "whitelist-clients" | "whitelist-recipients"] FILE
//   FIELD    = "client" | "reverse" | "helo" | "sender" | "recipient" | "sasl" | "server"
//
//   client 192.0.2.0/24 pass
//   sender @bank.example client .bank.example pass
//   recipient shop@example.org greylist delay=60 always
//   default recipient .example.org pass
//
// Words stand between blanks. `#` at the beginning of a word begins a comment, but not in an action's text.
// Patterns are read by patterns.hpp, verdicts by verdict_text.hpp. An entry has at least one field, or is a
// default. A FILE is looked for beside the file that includes it. `at` says where the entry was first
// written: `greyrules list` writes it, so that a listing compiles to the same file.
#pragma once

#include "rules/compiler.hpp"

#include <string>

namespace rules {

// Throws sys::Trouble where `path` cannot be read; a file that it includes and that cannot is a complaint.
void read_rules(const std::string& path, Compiler& compiler);

} // namespace rules
