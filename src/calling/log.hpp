// Where the lines of the log go: nowhere, to the system's log, or to a descriptor, unless that is the caller's.
#pragma once

#include "calling/settings.hpp"
#include "protocol/log_line.hpp"
#include "system/log_place.hpp"

#include <string>
#include <vector>

namespace calling {

// `errors`: the descriptor for LogTo::stderr_stream; where it leads to the same as `output`, where answers go,
// it is no place for lines, and the system's log gets them.
sys::LogPlace log_place(LogTo where, int facility, int errors, int output);

// The lines as they go out: nothing where the log is nowhere.
std::vector<std::string> composed(const std::vector<protocol::LogLine>& lines, const sys::LogPlace& place);

// Sends what composed() made.
void send(const std::vector<std::string>& lines, const sys::LogPlace& place);

} // namespace calling
