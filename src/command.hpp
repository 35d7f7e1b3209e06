// The commands of a tool: one description of options for each, which Boost reads the words by, so that an
// option of another command is an error.
#pragma once

#include "settings/option.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace command {

// Wrong words on the command line: what is wrong with them; empty where there are none.
struct Misuse {
    std::string what;
};

using Words = std::vector<std::string>;

// `Job`: what the words make. A row's name may have a letter behind a comma: "output,o". A row that takes
// nothing ("") is a switch.
template <typename Job>
struct Command {
    std::string_view name;
    std::string_view usage; // what stands behind the name
    std::vector<settings::Option<Job>> options;
    void (*take_word)(Job&, const std::string&); // each word that is no option, in its place
};

// --- what is the same for every job ---

struct OptionText {
    std::string_view name;
    std::string_view help;
    std::string_view takes;
    std::string shown; // the default, empty: none
};

struct Said {
    std::string option; // empty: a word
    std::string value;
};

// Throws Misuse.
std::vector<Said> read_words(std::string_view command, const std::vector<OptionText>& options,
                             const Words& words);
std::string help_text(std::string_view usage, const std::vector<OptionText>& options);

bool asks_for_help(const Words& words);

template <typename Job>
std::vector<OptionText> texts_of(const Command<Job>& command) {
    std::vector<OptionText> texts;
    texts.reserve(command.options.size());
    for (const settings::Option<Job>& option : command.options) {
        texts.push_back({option.name, option.help, option.takes,
                         option.shown == nullptr ? std::string{} : option.shown(Job{})});
    }
    return texts;
}

// What `PROGRAM COMMAND --help` prints.
template <typename Job>
std::string help_of(std::string_view program, const Command<Job>& command) {
    const std::string usage = std::string{"usage: "}.append(program).append(" ").append(command.name);
    return help_text(usage + (command.usage.empty() ? "" : " ") + std::string{command.usage},
                     texts_of(command));
}

// `words`: those behind the command's name. Throws Misuse.
template <typename Job>
Job job_of(const Command<Job>& command, const Words& words) {
    Job job;
    for (const Said& said : read_words(command.name, texts_of(command), words)) {
        if (said.option.empty()) {
            command.take_word(job, said.value);
            continue;
        }
        const auto row = std::ranges::find_if(command.options, [&](const settings::Option<Job>& option) {
            return option.name.substr(0, option.name.find(',')) == said.option;
        });
        try {
            row->set(job, said.value);
        } catch (const settings::WrongValue& wrong) {
            throw Misuse{"--" + said.option + " " + said.value + ": expected " + wrong.expected};
        }
    }
    return job;
}

} // namespace command
