// What a command line of greystate asks for: the command, what it is about, and the settings that apply.
#pragma once

#include "command.hpp"
#include "decision/settings.hpp"
#include "greylist/selection.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace state_request {

struct Request {
    std::string_view command;
    decision::Settings settings; // the state's path among them
    greylist::Selection selection;
    std::string format{"text"};
    std::string to{"greyonce"};
    std::string from;
    bool outgoing = false; // of a log, what ours have sent
    std::vector<std::string> inputs;
    std::string config;        // empty: the default one
    std::string password_file; // empty: the configured one
    bool has_file = false;
    greylist::Time now;
};

std::string usage();

// Throws command::Misuse where no command has the name.
const command::Command<Request>& command_named(std::string_view name);

// `words`: those behind the command's name. `warn` is called once at most: of rules that cannot be read, without which the
// request stands. Throws command::Misuse, of the configuration's values too, and sys::Trouble where that cannot be read.
Request request_of(const command::Command<Request>& command, const command::Words& words,
                   const std::function<void(std::string_view)>& warn);

} // namespace state_request
