#include "policy/keeping.hpp"

#include <algorithm>

namespace policy {

greylist::Keeping keeping_of(const Question& question) {
    greylist::Rule rule = question.settings.rule;
    rule.retry_window = std::max(rule.retry_window, question.longest_retry_window);
    return {[now = question.now, rule](const greylist::Record& r) { return is_forgotten(r, now, rule); },
            [rule](const greylist::Record& r) { return has_passed(r, rule); }};
}

} // namespace policy
