// How the filter is called, and where its log goes.
#pragma once

#include "system/time.hpp"

#include <syslog.h>

#include <cstdint>

namespace calling {

enum class LogTo { syslog, stderr_stream, none };
enum class Clock { system, request };

struct Settings {
    sys::Seconds deadline{4};     // Exim's ${readsocket} gives up after 5
    sys::Seconds idle{60};        // of a listening socket, without a connection
    std::uint64_t children = 100; // of a listening socket, at once
    LogTo log = LogTo::syslog;
    int syslog_facility = LOG_MAIL;
    Clock clock = Clock::system;
    bool until_eof = false;
    bool exit_status = false;
};

} // namespace calling
