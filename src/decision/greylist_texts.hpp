// The texts of the greylist: the reply to mail that has to wait, and the header of mail that has waited. Pure.
// As in postgrey, each %-sequence is replaced where it stands first, and only there.
#pragma once

#include "system/time.hpp"

#include <string>
#include <string_view>

namespace decision {

// `%s`: seconds still to wait; `%r`: the recipient's domain as it was sent.
// Postfix that knows etrn_domain gets an enhanced status code of its own (RFC 3463, 4.2.0) where the text has
// no code: some versions of Exchange take the 4.7.1 that Postfix would add for a permanent error.
std::string waiting_text(std::string_view text, sys::Seconds missing, std::string_view recipient,
                         bool has_etrn_domain);

// `%t`: seconds waited; `%v`: our version; `%d`: `now` as local date; `%h`: `hostname`, the system's where it
// is empty.
std::string header_text(std::string_view header, sys::Seconds waited, sys::Time now,
                        std::string_view hostname);

} // namespace decision
