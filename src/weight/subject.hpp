// The mail whose client is weighed, and the parts of its names that the checks look at.
#pragma once

#include "system/address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weight {

// All texts in lower case: the checks, the tokens and the keys of the memory know no other.
struct Subject {
    sys::Address client;
    std::string client_name; // verified; `unknown` or empty where there is none
    std::string helo;
    std::string sender; // empty for <>
    std::string recipient;
    std::string instance;
};

// The sender without an extension: from the first `+` or `-` to the last `@`, list+tag@example.org is
// list@example.org.
std::string without_extension(std::string_view sender);

// What stands behind the last `@`, without a final dot; empty where there is no `@`.
std::string_view domain_of(std::string_view sender);

// The HELO without a final dot.
std::string_view helo_name(const Subject& subject);

// Dotted quad, or eight groups of four digits: the form of policyd-weight's texts and memory.
std::string full_text(const sys::Address& address);

// Is it on a network that nobody reaches from outside: 127/8, 10/8, 172.16/12, 192.168/16?
bool is_private(const sys::Address& address);

// Are both of one kind and alike in their first bits: /24 of IPv4 and /64 of IPv6, or /16 and /48?
bool share_near_network(const sys::Address& one, const sys::Address& other);
bool share_far_network(const sys::Address& one, const sys::Address& other);

// Is `text` the address in the form of a literal, [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321, 4.1.3)?
bool is_literal_of(std::string_view text, const sys::Address& address);

} // namespace weight
