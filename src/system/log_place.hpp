// Where lines of the log go, and how they look there.
#pragma once

namespace sys {

struct LogPlace {
    enum class Kind { nowhere, system, stream };
    Kind kind = Kind::nowhere;
    const char* program = ""; // stands before each text
    int facility = 0;         // of the system's log: LOG_MAIL and the like
    int stream = -1;          // a descriptor
};

} // namespace sys
