// What a process does before it waits for another: for a lock that somebody holds, a nameserver, another
// server. One that answers a single request does nothing then; one that answers many has somebody else wait.
#pragma once

namespace sys {

// Null: nothing is done.
void set_before_waiting(void (*act)());

// To be called before each wait for somebody who may take long. Throws what the set function throws, which
// need be no std::exception: then the caller's work goes on elsewhere, and nothing more of it is to be done here.
void before_waiting();

} // namespace sys
