// The sockets that a server was handed to accept connections from: by its standard input (inetd's `wait`), or
// by their number (systemd's LISTEN_FDS, sd_listen_fds(3)).
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sys {

struct ListeningSockets {
    std::vector<int> descriptors; // none: it was handed none
    std::string wrong;            // not empty: it was handed something else, and this is what
};

// `input` may be a listening stream socket, a connection, or no socket at all. What is wrong is a socket that is
// neither, as one of datagrams, and a number of LISTEN_FDS that is no socket.
ListeningSockets listening_sockets(int input);

// Whether its connections come from this machine alone, by a path.
bool is_local(int socket);

// Whether accept(2) waits until there is a connection; of every process that has the socket.
void do_not_wait(int socket);
void wait(int socket);

// accept(2) and recv(2) wait no longer than that, and up to 8 ms more by the system's clock.
void limit_waiting(int socket, std::chrono::milliseconds longest);

// As many descriptors as this process may have.
void allow_most_descriptors();

} // namespace sys
