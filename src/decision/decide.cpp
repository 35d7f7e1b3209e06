#include "decision/decide.hpp"

#include "decision/step.hpp"
#include "protocol/action.hpp"
#include "rules/access_action.hpp"
#include "system/text.hpp"

#include <array>
#include <exception>

namespace decision {

namespace {

struct Stage {
    Step step;
    bool asks_others = false;
};

// The way of a request. The first opinion ends it, but what passes here is still asked of others.
constexpr std::array<Stage, 6> way{{
    {not_for_us},
    {rules_step},
    {weight_step},
    {ask_before_greylist, true},
    {greylist_step},
    {ask_after_greylist, true},
}};

// A step in trouble is logged and has no opinion.
std::optional<Opinion> opinion_of(Step step, Question& question) {
    try {
        return step(question);
    } catch (const std::exception& error) {
        question.trouble(std::string{error.what()} + ": going on without");
        return std::nullopt;
    }
}

// Whether an opinion is that the mail passes, and nothing more.
bool only_passes(const Opinion& opinion) {
    const std::string word = protocol::word_of(opinion.action);
    return word == "prepend" || word == "dunno";
}

// Puts the header of an opinion to the others.
void keep_header(const Opinion& opinion, Question& question) {
    if (protocol::word_of(opinion.action) == "prepend") {
        question.headers.push_back({std::string{protocol::text_of(opinion.action)}, opinion.account.reason});
    }
}

std::optional<Opinion> first_opinion(Question& question) {
    std::optional<Opinion> passing;
    for (const auto& [step, asks_others] : way) {
        if (passing && !asks_others) {
            continue;
        }
        auto opinion = opinion_of(step, question);
        if (!opinion) {
            continue;
        }
        if (!only_passes(*opinion)) {
            return opinion;
        }
        keep_header(*opinion, question);
        passing = std::move(opinion);
    }
    return passing;
}

// What is said where no step had an opinion.
Opinion otherwise(const Question& question) {
    if (question.was_in_trouble) {
        const std::string& action = question.settings.on_error;
        return {action, {.action = std::string{protocol::logged(action)}, .reason = "trouble"}};
    }
    return {std::string{protocol::no_opinion},
            {.action = "pass",
             .reason = question.headers.empty() ? "no opinion" : question.headers.front().from}};
}

// One of two values of an attribute is not the mail server's. Whichever it is, nothing passes by it.
void hold_contradiction(Opinion& answer, Question& question) {
    const std::string_view name = question.request.contradiction;
    const std::string& action = question.settings.on_malformed;
    if (name.empty() || rules::outcome_of(answer.action) != rules::Outcome::pass) {
        return;
    }
    question.was_in_trouble = true;
    answer = {
        action,
        {.action = std::string{protocol::logged(action)}, .reason = "two values of " + std::string{name}}};
}

// An answer that lets the mail pass has room for one header: the first, and the weight's where there is no
// other.
void add_header(Opinion& answer, Question& question) {
    if (question.headers.empty() && !question.weight_header.empty()) {
        question.headers.push_back({question.weight_header, "weight"});
    }
    const std::string word = protocol::word_of(answer.action);
    const bool passes = word == "dunno" || word == "prepend" || word == "ok" || word == "relay";
    if (question.headers.empty() || !passes) {
        return;
    }
    answer.action = "PREPEND " + question.headers.front().text;
    for (std::size_t i = 1; i < question.headers.size(); ++i) {
        question.remark(protocol::LogLine::Level::info,
                        "a second header is left out: " + question.headers[i].from + ": " +
                            sys::log_value(question.headers[i].text));
    }
}

} // namespace

Decision decide(const protocol::Request& request, const Settings& settings, Sources& sources, sys::Time now) {
    Question question{.request = request, .settings = settings, .sources = sources, .now = now};
    const auto said = first_opinion(question);
    Opinion opinion = said ? *said : otherwise(question);
    hold_contradiction(opinion, question);
    add_header(opinion, question);

    Decision decision;
    decision.action = settings.dry_run ? protocol::no_opinion : opinion.action;
    decision.log = std::move(question.remarks);
    if (settings.log != LogTo::none) {
        decision.log.push_back({protocol::LogLine::Level::info,
                                protocol::decision_line(opinion.account, request, settings.dry_run)});
    }
    decision.was_in_trouble = question.was_in_trouble;
    return decision;
}

} // namespace decision
