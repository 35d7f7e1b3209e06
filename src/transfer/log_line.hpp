// What stands before the text of a log's line: when, where from, which program. Pure.
//
//     Nov 21 20:53:45 mx postfix/smtpd[1]: TEXT           syslog's files; also with a year, a priority before
//     it 2026-11-21T20:53:45.123+01:00 mx postfix/smtpd[1]: TEXT       the same with times of ISO 8601,
//     journalctl <22>1 2026-11-21T20:53:45Z mx postfix/smtpd 1 - - TEXT        RFC 5424 2026-11-21
//     20:53:45.123 +0100 TEXT                  what a program writes into a file of its own
#pragma once

#include "system/time.hpp"

#include <optional>
#include <string_view>

namespace transfer {

struct LogLine {
    std::string_view stamp;   // its time, as it stands there
    std::string_view rest;    // all behind the time: the text, where no syslog is in between
    std::string_view program; // without its process number; empty where none is named
    std::string_view text;    // of that program

    friend bool operator==(const LogLine&, const LogLine&) = default;
};

// None where it begins with no time.
std::optional<LogLine> log_line_of(std::string_view line);

// The time at the beginning of `text`; empty where there is none.
std::string_view stamp_at_start(std::string_view text);

// Without a year, the latest such time that is not a day after `now`; without a zone, local time.
std::optional<sys::Time> time_of(std::string_view stamp, sys::Time now);

} // namespace transfer
