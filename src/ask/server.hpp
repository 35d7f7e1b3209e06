// Another policy server, and under which name a rule asks for it. Pure.
//
//   server = [ name "=" ] endpoint              name = 1*( letter / digit / "-" / "_" )
//
//   unix:/run/policyd-spf.sock      spf=inet:[::1]:10040
#pragma once

#include "system/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ask {

using sys::Endpoint;

struct Server {
    std::string name; // empty: it is asked about every request, otherwise where a rule says so
    Endpoint endpoint;
};

// None where `text` is no server.
std::optional<Server> parse_server(std::string_view text);

} // namespace ask
