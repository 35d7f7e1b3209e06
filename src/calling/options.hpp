// The options of being called, and of the log.
#pragma once

#include "calling/settings.hpp"
#include "settings/option.hpp"

#include <array>

namespace calling {

inline constexpr std::array<settings::Choice<LogTo>, 3> log_places{
    {{"syslog", LogTo::syslog}, {"stderr", LogTo::stderr_stream}, {"none", LogTo::none}}};
inline constexpr std::array<settings::Choice<Clock>, 2> clocks{
    {{"system", Clock::system}, {"request", Clock::request}}};
inline constexpr std::array<settings::Choice<int>, 19> facilities{{
    {"mail", LOG_MAIL},         {"daemon", LOG_DAEMON}, {"user", LOG_USER},     {"auth", LOG_AUTH},
    {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},     {"ftp", LOG_FTP},       {"lpr", LOG_LPR},
    {"news", LOG_NEWS},         {"syslog", LOG_SYSLOG}, {"uucp", LOG_UUCP},     {"local0", LOG_LOCAL0},
    {"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5},     {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
}};

inline constexpr std::array options{
    settings::option<settings::SecondsAbove0, &Settings::deadline>(
        "deadline", "the answer goes out by then, whatever it waits for"),
    settings::option<settings::SecondsAbove0, &Settings::idle>(
        "idle", "a server of a listening socket ends after this time without a connection"),
    settings::option<settings::Count<10'000>, &Settings::children>(
        "children", "so many children of such a server may wait for others at once"),
    settings::option<settings::OneOf<log_places>, &Settings::log>("log", "syslog, stderr or none", "WHERE"),
    settings::option<settings::OneOf<facilities>, &Settings::syslog_facility>(
        "syslog-facility", "the facility of syslog lines", "NAME"),
    settings::option<settings::OneOf<clocks>, &Settings::clock>(
        "clock", "system, or request: the attribute policy_test_time", "WHICH"),
    settings::option<settings::Flag, &Settings::until_eof>("until-eof",
                                                           "answer request after request until end of file"),
    settings::option<settings::Flag, &Settings::exit_status>("exit-status",
                                                             "exit with 0 pass, 75 defer, 77 reject"),
};

} // namespace calling
