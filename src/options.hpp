// The options of the filter, as the command line and the configuration file (greyonce.conf(5)) have them: the
// rows of all parts, each beside its part's settings. What a setting is for, others know.
#pragma once

#include "calling/invocation.hpp"
#include "settings/places.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace options {

using settings::default_config;

struct CommandLine {
    calling::Invocation call; // its settings are the configuration file's, then the command line's own
    std::string config;       // the configuration file that was read, or would have been; empty: none
    bool help = false;
    bool version = false;
};

// Never throws but std::bad_alloc: what is wrong stands in the complaints.
CommandLine read_command_line(int argc, const char* const* argv);

// Reads what a configuration file says of decisions into `settings` and returns the complaints. A missing
// file is one where `must_exist`.
std::vector<std::string> read_config(const std::string& path, bool must_exist, decision::Settings& settings);

// What --help prints.
std::string help_text();

} // namespace options
