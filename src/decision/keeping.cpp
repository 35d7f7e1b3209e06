#include "decision/keeping.hpp"

#include "system/trouble.hpp"

#include <algorithm>

namespace decision {

namespace {

bool is_first_in_an_hour(store::Store& state, std::string_view what, sys::Time now) {
    const greylist::Key key = greylist::notice_key(what);
    if (state.glance(key).seen) {
        return false;
    }
    bool is_first = true;
    try {
        state.update(key, [&](const std::optional<greylist::Record>& seen) {
            is_first = !seen;
            return first_header(key, seen, now);
        });
    } catch (const sys::Trouble&) {
        return is_first; // better twice than never
    }
    return is_first;
}

} // namespace

store::Keeping keeping_of(const Question& question) {
    greylist::Rule rule = question.sources.rule();
    rule.retry_window = std::max(rule.retry_window, question.longest_retry_window);
    return {rule, question.now};
}

void remark_on(store::Store& state, Question& question) {
    for (const store::Notice& notice : state.take_notices()) {
        if (is_first_in_an_hour(state, notice.name, question.now)) {
            question.remark(protocol::LogLine::Level::warning, notice.text + " (told once an hour)");
        }
    }
    static_cast<void>(state.take_notices()); // of the notices themselves
}

} // namespace decision
