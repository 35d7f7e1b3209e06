// One question to another policy server, and what it answers: over a connection of its own, which is closed
// after the reply, whatever the server would like to do.
#pragma once

#include "ask/server.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace ask {

// Returns the bytes of one whole reply (reply.hpp) within `limit`, which is for all of it. A second try, no
// more, is made where the connection broke before any byte of the reply came, as Postfix makes one. Throws
// sys::Trouble: nobody listens there, no reply in time, half a reply, one that is too long.
std::string exchange(const Endpoint& server, std::string_view question, std::chrono::microseconds limit);

} // namespace ask
