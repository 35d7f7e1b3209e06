// Points in time and spans, in whole seconds: what the greylist counts in.
#pragma once

#include <chrono>

namespace sys {

// Seconds since 1970-01-01 00:00 UTC.
using Time = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;

} // namespace sys
