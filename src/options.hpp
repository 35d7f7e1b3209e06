// The settings of the filter, each with its default, and their reading from the command line and the
// configuration file (greyonce.conf(5)). What a setting is for, others know.
#pragma once

#include "ask/endpoint.hpp"
#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"
#include "system/time.hpp"
#include "weight/settings.hpp"

#include <syslog.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

constexpr std::string_view default_config = "/etc/greyonce/greyonce.conf";
constexpr std::string_view default_rules = "/etc/greyonce/rules.cdb";
constexpr std::string_view default_state = "/var/lib/greyonce/greylist.state";

enum class LogTo { syslog, stderr_stream, none };
enum class Clock { system, request };
enum class AskWhen { before, after }; // the greylist
enum class AskOk { pass, continues };

struct Settings {
    greylist::Rule rule;
    greylist::Grouping grouping;
    std::string greylist_action{"DEFER_IF_PERMIT"};
    std::string greylist_text{"Greylisted, please try again later"};
    std::string x_greylist_header{"X-Greylist: delayed %t seconds by greyonce-%v at %h; %d"};
    std::string hostname; // empty: the system's
    std::string rules{default_rules};
    std::string state{default_state};
    std::uint64_t max_state_size = std::uint64_t{1} << 30U; // bytes
    bool sync = false;
    bool greylisting = true;
    std::vector<ask::Server> servers; // in the order in which they are asked
    AskWhen ask_when = AskWhen::after;
    AskOk ask_ok = AskOk::pass;
    sys::Seconds ask_timeout{3}; // leaves time for others within the deadline
    std::string ask_context;     // empty: policy_context goes as it came
    std::string on_error{"DUNNO"};
    std::string on_malformed{"DEFER_IF_PERMIT Request not understood, please try again later"};
    sys::Seconds deadline{4}; // Exim's ${readsocket} gives up after 5
    LogTo log = LogTo::syslog;
    int syslog_facility = LOG_MAIL;
    Clock clock = Clock::system;
    bool dry_run = false;
    bool until_eof = false;
    bool exit_status = false;
    bool explain = false;
    // Made with the first of its options: who does not weigh does not pay for its lists and texts.
    std::optional<weight::Settings> weight;
};

// What the command line asked for.
struct CommandLine {
    Settings settings; // the configuration file's, then the command line's own
    bool help = false;
    bool version = false;
    std::optional<std::string> base64;
    std::vector<std::string> attributes; // name=value arguments
    std::vector<std::string>
        complaints; // what was wrong, and what was expected; the rest was read all the same

    // Whether the command line is the request.
    [[nodiscard]] bool is_request() const { return base64 || !attributes.empty(); }
};

// Never throws but std::bad_alloc: what is wrong stands in the complaints.
CommandLine read_command_line(int argc, const char* const* argv);

// Reads a configuration file into `settings` and returns the complaints. A missing file is one where
// `must_exist`.
std::vector<std::string> read_config(const std::string& path, bool must_exist, Settings& settings);

// What --help prints.
std::string help_text();
