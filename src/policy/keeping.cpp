#include "policy/keeping.hpp"

#include <algorithm>

namespace policy {

greylist::Keeping keeping_of(const Question& question) {
    greylist::Rule rule = question.settings.rule;
    rule.retry_window = std::max(rule.retry_window, question.longest_retry_window);
    const auto is_forgotten_at = [rule](const greylist::Record& r, sys::Time now) {
        return is_forgotten(r, now, rule);
    };
    return {[=, now = question.now](const greylist::Record& r) { return is_forgotten_at(r, now); },
            [=, now = question.now](const greylist::Record& r) {
                return is_forgotten_at(r, now) && is_forgotten_at(r, now - clock_may_fall_back);
            },
            [rule](const greylist::Record& r) { return has_passed(r, rule); }};
}

} // namespace policy
