// Which servers keep the state, as --state says it, and how it is got into. Pure, but for the password's file.
//
//   redis:ENDPOINT[,ENDPOINT...]     the endpoints of system/endpoint.hpp
//
//   redis:unix:/run/redis/redis-server.sock      redis:inet:10.0.0.5:6379,inet:10.0.0.6:6379
#pragma once

#include "system/endpoint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace redis {

// Whether a state of this name is one that servers keep.
bool is_meant_by(std::string_view name);
// None where one of them is no endpoint, or there is none.
std::vector<sys::Endpoint> servers_in(std::string_view name);

// An ACL user's name and password; the user is empty for the server's own password (AUTH).
struct Login {
    std::string user{};
    std::string password{};
};

// The one line of `path`: a password, or a user, a blank and a password. An empty path is no login. Throws
// sys::Trouble: it cannot be read, every user may read it, or it is no such line.
Login login_in(const std::string& path);

} // namespace redis
