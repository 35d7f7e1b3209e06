// What DNS and SMTP allow in a name (RFC 1035, 2.3.4; RFC 1123, 2.1), for warnings about entries that can
// never match. Underscores are let through: DNS has them. Pure.
#pragma once

#include "rules/characters.hpp"

#include <string_view>

namespace rules {

// Empty where a verified name may look like this; otherwise why it may not. `characters`: of the name, or of
// a mailbox with it.
std::string_view whats_odd_in_host_name(std::string_view name, const Characters& characters);

// The same for the domain of a mailbox, which may also be UTF-8 (RFC 6531) or an address in brackets.
std::string_view whats_odd_in_domain(std::string_view domain, const Characters& characters);

// The same for what stands before its @: a request has it without the quotes that SMTP has around some.
std::string_view whats_odd_in_local_part(std::string_view local, const Characters& characters);

} // namespace rules
