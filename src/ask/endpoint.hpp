// Where another policy server listens, and under which name a rule asks for it. Pure.
//
//   server = [ name "=" ] endpoint              name = 1*( letter / digit / "-" / "_" )
//   endpoint = "unix:" path / "inet:" host ":" port
//   host = IPv4 address / "[" IPv6 address "]" / a name of /etc/hosts
//
//   unix:/run/policyd-spf.sock      spf=inet:[::1]:10040
#pragma once

#include "system/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ask {

struct Endpoint {
    std::string text; // as it was written
    std::string path; // of a unix socket; empty: host and port
    std::string host; // without brackets
    std::uint16_t port = 0;
};

struct Server {
    std::string name; // empty: it is asked about every request, otherwise where a rule says so
    Endpoint endpoint;
};

// None where `text` is no server.
std::optional<Server> parse_server(std::string_view text);

// The host itself where it is an address; otherwise what `hosts`, the text of /etc/hosts (hosts(5)), has
// under that name, in its order. `hosts` is not looked at for an address.
std::vector<sys::Address> addresses_of(std::string_view host, std::string_view hosts);

} // namespace ask
