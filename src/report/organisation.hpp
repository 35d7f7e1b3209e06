// To whom a client or an address belongs, as far as a log tells. Pure.
#pragma once

#include "system/address.hpp"

#include <string>
#include <string_view>

namespace report {

// The registered domain of a host: example.co.uk of mx1.mail.example.co.uk. Of a top level that the public suffix list does
// not know, the last two labels. Empty where it is no host's name, or a public suffix.
std::string organisation_of(std::string_view host);

// 192.0.2.0/24; `prefix` is at most the address's bits.
std::string network_of(const sys::Address& address, unsigned prefix);

// Behind the last `@`, in lower case; empty where there is none.
std::string domain_of(std::string_view mailbox);

// The same text with `…` for what stands before each `@`, up to a blank or what encloses.
std::string without_local_parts(std::string_view text);

} // namespace report
