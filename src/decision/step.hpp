// What a step of the decision sees, and what it may say.
#pragma once

#include "decision/sources.hpp"
#include "options.hpp"
#include "protocol/log_line.hpp"
#include "protocol/request.hpp"
#include "rules/verdict.hpp"
#include "system/time.hpp"

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
    const Settings& settings;
    Sources& sources;
    sys::Time now;
    rules::Verdict greylisting{};   // how the greylist is to be asked: the values of a rule that says so
    std::string greylisting_rule{}; // FILE:LINE of that rule
    sys::Seconds longest_retry_window{0};      // of any rule: what waits is not cleared away before
    std::vector<std::string> servers_to_ask{}; // the names that a rule gave
    std::string asking_rule{};                 // FILE:LINE of that rule
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

// None: the next step is asked. Throws sys::Trouble where the step cannot do its work.
using Step = std::optional<Opinion> (*)(Question&);

std::optional<Opinion> not_for_us(Question& question);
std::optional<Opinion> rules_step(Question& question);
std::optional<Opinion> weight_step(Question& question);
std::optional<Opinion> greylist_step(Question& question);

// Other policy servers, if they are to be asked at this point.
std::optional<Opinion> ask_before_greylist(Question& question);
std::optional<Opinion> ask_after_greylist(Question& question);

} // namespace decision
