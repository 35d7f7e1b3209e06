// What is said to one request, and how the process ends that said it. Knows no descriptor: a block of text in,
// an action out.
#pragma once

#include "calling/invocation.hpp"
#include "decision/sources.hpp"
#include "protocol/log_line.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace calling {

// greyonce(8), EXIT STATUS
namespace status {
constexpr int decided = 0;
constexpr int wrong_options = 64; // as in sysexits.h
constexpr int killed = 70;
constexpr int trouble = 74;
constexpr int deferred = 75;
constexpr int rejected = 77;
} // namespace status

struct Answer {
    std::string action;
    int status = status::decided;
    std::vector<protocol::LogLine> log{};
    std::optional<std::string> explanation{}; // in place of the answer
    bool is_malformed = false;

    // What goes out.
    [[nodiscard]] std::string text() const;
};

// The answer to a request as it came (protocol/framing.hpp).
Answer answer_to(std::string_view block, const Invocation& call, decision::Sources& sources);
// The answer to the request that the arguments are.
Answer answer_to_arguments(const Invocation& call, decision::Sources& sources);
// The answer in trouble of ours; `what` it is, for the log.
Answer trouble(const decision::Settings& settings, const std::string& what);
// The answer where options or configuration are wrong.
Answer refusal(const Invocation& call);

// What a process ends with that answered so: `otherwise`, or with --exit-status what the action does.
int exit_status(std::string_view action, int otherwise, const Settings& settings);

} // namespace calling
