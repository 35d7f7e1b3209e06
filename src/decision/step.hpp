// What a step of the decision sees, and what it may say.
#pragma once

#include "ask/settings.hpp"
#include "decision/sources.hpp"
#include "greylist/settings.hpp"
#include "protocol/log_line.hpp"
#include "protocol/request.hpp"
#include "rules/settings.hpp"
#include "rules/verdict.hpp"
#include "system/time.hpp"
#include "weight/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace decision {

// An opinion ends the decision.
struct Opinion {
    std::string action;        // a complete access(5) action
    protocol::Account account; // how the log tells it
};

// A header that a step wants in a mail that passes.
struct Header {
    std::string text; // Name: value
    std::string from;
};

// One request on its way through the steps.
struct Question {
    const protocol::Request& request;
    Sources& sources;
    sys::Time now;
    rules::Verdict greylisting{};   // how the greylist is to be asked: the values of a rule that says so
    std::string greylisting_rule{}; // FILE:LINE of that rule
    sys::Seconds longest_retry_window{0};      // of any rule: what waits is not cleared away before
    std::vector<std::string> servers_to_ask{}; // the names that a rule gave
    std::string asking_rule{};                 // FILE:LINE of that rule
    std::string spf_result{};                  // of the request, or of a server that was asked; in lower case
    std::vector<Header> headers{};             // in the order of the steps
    std::string weight_header{};               // if no step has another
    std::vector<protocol::LogLine> remarks{};  // what was found on the way
    bool was_in_trouble = false;               // something failed that the decision needed

    void remark(protocol::LogLine::Level level, std::string text) {
        remarks.push_back({level, std::move(text)});
    }
    // A failure that the answer suffers from.
    void trouble(std::string text) {
        was_in_trouble = true;
        remark(protocol::LogLine::Level::warning, std::move(text));
    }
};

// The steps, each with its own settings. None: the next one is asked. They throw sys::Trouble where they
// cannot do their work.
std::optional<Opinion> learn_step(Question& question, const greylist::Settings& settings);
std::optional<Opinion> not_for_us(Question& question);
std::optional<Opinion> rules_step(Question& question, const rules::Settings& settings);
// `memory`: how the clients are grouped in the state, which remembers verdicts; null: there is no state.
std::optional<Opinion> weight_step(Question& question, const weight::Settings& settings,
                                   const greylist::Grouping* memory);
std::optional<Opinion> greylist_step(Question& question, const greylist::Settings& settings);
std::optional<Opinion> ask_step(Question& question, const ask::Settings& settings);

} // namespace decision
