// A listening socket, served by one process while connections come: inetd's `wait`, systemd's Accept=no.
#pragma once

#include "calling/calls.hpp"
#include "calling/invocation.hpp"

#include <functional>
#include <string>
#include <vector>

namespace calling {

// Answers what comes at the sockets until something makes it end (ending.hpp), and returns the exit status.
// `config`: the configuration file; `read`: reads it and the command line (anew: what changes after this call is
// noticed).
int serve(const std::vector<int>& sockets, const std::string& config, const std::function<Invocation()>& read,
          const Streams& streams);

// There is nothing to serve, nor anybody to be answered. Returns the exit status.
int refuse_socket(const std::string& wrong, const Invocation& call, const Streams& streams);

} // namespace calling
