#include "weight/memory.hpp"

namespace weight {

std::optional<Spam> still_refused(const Spam& seen, Time now, const MemoryRule& rule) {
    const bool has_paused = now - seen.last > rule.spam_pause;
    if (has_paused && seen.retries == 0) {
        return std::nullopt;
    }
    return Spam{now, has_paused ? seen.retries - 1 : seen.retries};
}

std::string refused_again_text(const std::string& text, unsigned retries, const MemoryRule& rule) {
    return text + " - retrying too fast. penalty: " + std::to_string(rule.spam_pause.count()) +
           " seconds x " + std::to_string(retries) + " retries.";
}

HamRecall recall(const Ham& seen, Time now, const MemoryRule& rule) {
    if (now - seen.since <= rule.ham_trial) {
        return {seen};
    }
    if (seen.requests > 0 && now - seen.window < rule.ham_window) {
        return {{seen.since, seen.window, seen.requests - 1}, true};
    }
    return {{seen.since, now, rule.ham_requests}};
}

bool is_dead(unsigned failures, const ListRule& rule) {
    return failures > rule.errors;
}

unsigned after_failure(unsigned failures) {
    return failures + 1;
}

unsigned after_skip(unsigned failures, const ListRule& rule) {
    return failures + 1 >= rule.errors + rule.skips ? 0 : failures + 1;
}

} // namespace weight
