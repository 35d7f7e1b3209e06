// What one line of the filter's tells: a decision, a weight, or something else. Pure. The lines are those of
// protocol/log_line.hpp, greyonce(8), LOG, and decision/weighed.hpp.
//
// A field that nobody here knows is passed over, so that a later version may have more of them. A line that has a known
// field twice, or lacks one that every decision has, tells nothing: the filter writes none.
#pragma once

#include "system/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace report {

struct Decision {
    std::string_view action{};
    std::string_view reason{};
    std::optional<sys::Seconds> delay{}; // since the first attempt, at the first that passes
    std::string_view client_name{};
    std::string_view client_address{};
    std::string_view client_key{}; // what the greylist took the client for, where the line says it
    std::string_view sender{};     // empty: the null sender
    std::string_view recipient{};
    std::string_view rule{}; // FILE:LINE
    bool is_dry_run = false;
};

struct Token {
    std::string_view name;
    double score = 0;
};

struct Weighed {
    double rate = 0;
    std::optional<std::uint64_t> dns_milliseconds;
    std::vector<Token> tokens;
};

struct Warning {
    std::string_view text;
};

// A client need not wait any more.
struct Whitelisted {};

// Anything else that the filter says.
struct Remark {};

// Began as a decision, and is none.
struct Unreadable {};

using Told = std::variant<Remark, Unreadable, Decision, Weighed, Warning, Whitelisted>;

Told told_by(std::string_view text);

// How often a line stands for itself: a log's daemon may write "message repeated N times: [ TEXT]" in place of the same line
// again. `text` is left at TEXT.
std::uint64_t take_repetition(std::string_view& text);

// Seconds that were missing, of the reason "early-retry (Ns missing)"; none: it is another reason.
std::optional<sys::Seconds> missing_of(std::string_view reason);

} // namespace report
