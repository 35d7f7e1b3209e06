// Domain names: what of a name can be asked, and what of it is its owner's.
#pragma once

#include "weight/answers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weight {

// Could the DNS know this name: labels of 1 to 63 bytes, 253 together?
bool can_be_asked(std::string_view name);

// `name` and its parents, as long as they have two labels; without those that cannot be asked or have a
// bracket. At most ten.
std::vector<std::string> name_and_parents(std::string_view name);

// Is `parent` the public suffix that `name` stands under? It is nobody's, and not asked.
bool is_public_parent(std::string_view parent, std::string_view name);

// The name to ask for `name`: of an address in numbers its place under in-addr.arpa.
std::string asked_name(std::string_view name);

// The name of `client` under `zone` of a DNS list, and its name under in-addr.arpa or ip6.arpa.
std::string listed_name(const sys::Address& client, std::string_view zone);
std::string reverse_name(const sys::Address& client);

// The name of a sender's domain (what stands behind the first `@`) under `zone`, without so many of its first
// labels that the DNS takes it; empty if that is no name.
std::string listed_domain_name(std::string_view sender, std::string_view zone);

// The name without its public part: mail.example of mail.example.co.uk. By the public suffixes, and where
// they do not know the last label without .xx.yy, .com.xx or 2 to 5 letters; a name with none of these stays
// whole.
std::string_view private_part(std::string_view name);

// The owner's label of a sender's domain, example of mail.example.co.uk; all of a name without a public part.
std::string_view owner_label(std::string_view name);

// Does the owner's label of `one` occur in the other name, in front of its public part?
bool shares_owner_label(std::string_view one, std::string_view other);

} // namespace weight
