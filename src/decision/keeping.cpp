#include "decision/keeping.hpp"

#include "system/trouble.hpp"

#include <algorithm>

namespace decision {

namespace {

bool is_first_in_an_hour(store::State& state, std::string_view what, sys::Time now) {
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
    greylist::Rule rule = question.settings.rule;
    rule.retry_window = std::max(rule.retry_window, question.longest_retry_window);
    const auto is_forgotten_at = [rule](const greylist::Record& r, sys::Time now) {
        return is_forgotten(r, now, rule);
    };
    return {[=, now = question.now](const greylist::Record& r) { return is_forgotten_at(r, now); },
            [=, now = question.now](const greylist::Record& r) {
                return is_forgotten_at(r, now) && is_forgotten_at(r, now - clock_may_fall_back);
            },
            [rule, now = question.now](const greylist::Record& r) { return worth_of(r, now, rule); }};
}

void remark_on(store::State& state, Question& question) {
    if (state.take_had_no_room() && is_first_in_an_hour(state, "full", question.now)) {
        question.remark(protocol::LogLine::Level::warning,
                        "the state is full (max-state-size): who was seen longest ago makes "
                        "room for who comes (told once an hour)");
    }
    if (state.is_open_to_others() && is_first_in_an_hour(state, "open", question.now)) {
        question.remark(protocol::LogLine::Level::warning,
                        "every user may read or write the state, and whoever may can hold it up: chmod 600 " +
                            question.settings.state + " (told once an hour)");
    }
    static_cast<void>(state.take_had_no_room()); // of the notices themselves
}

} // namespace decision
