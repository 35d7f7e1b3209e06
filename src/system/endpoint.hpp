// Where a server listens, as options name it. Pure.
//
//   endpoint = "unix:" path / "inet:" host ":" port
//   host = IPv4 address / "[" IPv6 address "]" / a name of /etc/hosts
//
//   unix:/run/policyd-spf.sock      inet:[::1]:10040
#pragma once

#include "system/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sys {

struct Endpoint {
    std::string text; // as it was written
    std::string path; // of a unix socket; empty: host and port
    std::string host; // without brackets
    std::uint16_t port = 0;
};

// None where `text` is no endpoint.
std::optional<Endpoint> parse_endpoint(std::string_view text);

// The host itself where it is an address; otherwise what `hosts`, the text of /etc/hosts (hosts(5)), has
// under that name, in its order. `hosts` is not looked at for an address.
std::vector<Address> addresses_of(std::string_view host, std::string_view hosts);

} // namespace sys
