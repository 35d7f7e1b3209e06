// What the weight remembers between requests, and when it counts. Pure: where it is kept is not said here.
#pragma once

#include "system/time.hpp"

#include <optional>
#include <string>

namespace weight {

using sys::Seconds;
using sys::Time;

// policyd-weight's NTIME, NTTL, PTIME, PTTL and TEMP_PTIME.
struct MemoryRule {
    Seconds spam_pause{30};    // a refused client that waits longer has one retry less to make
    unsigned spam_retries = 1; // and is weighed again after so many
    Seconds ham_window = std::chrono::hours{3}; // a client that passed is not asked about for so long
    unsigned ham_requests = 60;                 // and so many requests,
    Seconds ham_trial = std::chrono::days{1};   // once it has been passing for this time
    Seconds spam_age = std::chrono::days{1}; // what is not seen for longer is forgotten; 0: nothing is kept
    Seconds ham_age = std::chrono::days{30};
};

// A list that failed so often in a row is not asked, for so many requests: BL_ERROR_SKIP and BL_SKIP_RELEASE.
struct ListRule {
    unsigned errors = 2;
    unsigned skips = 10;
};

// A client that was refused.
struct Spam {
    Time last;
    unsigned retries = 0;
};
// What it is told now; none: it is weighed again.
std::optional<Spam> still_refused(const Spam& seen, Time now, const MemoryRule& rule);
std::string refused_again_text(const std::string& text, unsigned retries, const MemoryRule& rule);

// A client that passed.
struct Ham {
    Time since;
    Time window; // the count below holds since then
    unsigned requests = 0;
};
struct HamRecall {
    Ham ham;
    bool is_enough = false; // not even the lists need be asked
};
HamRecall recall(const Ham& seen, Time now, const MemoryRule& rule);

// The failures of a list in a row, which become the skips.
bool is_dead(unsigned failures, const ListRule& rule);
unsigned after_failure(unsigned failures);
unsigned after_skip(unsigned failures, const ListRule& rule);

} // namespace weight
