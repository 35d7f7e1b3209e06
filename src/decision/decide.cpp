#include "decision/decide.hpp"

#include "decision/step.hpp"
#include "protocol/action.hpp"
#include "settings/action.hpp"
#include "system/text.hpp"

#include <array>
#include <exception>

namespace decision {

namespace {

using Answer = std::optional<Opinion>;
using Q = Question;
using S = Settings;

struct Stage {
    Answer (*step)(Question&, const Settings&); // hands a step what it may see
    bool asks_others = false;
};

Answer ask_others(Question& question, const ask::Settings& settings, ask::When when) {
    return settings.when == when ? ask_step(question, settings) : std::nullopt;
}

Answer weigh(Question& question, const Settings& settings) {
    const greylist::Grouping* const memory = settings.greylist.is_on ? &settings.greylist.grouping : nullptr;
    return settings.weight ? weight_step(question, *settings.weight, memory) : std::nullopt;
}

// While the rules are read, servers that keep the state may take the call.
Answer ask_rules(Question& question, const Settings& settings) {
    question.sources.expect_to_ask_state();
    return rules_step(question, settings.rules);
}

// The way of a request. The first opinion ends it, but what passes here is still asked of others.
constexpr std::array<Stage, 7> way{{
    {[](Q& q, const S& s) { return learn_step(q, s.greylist); }},
    {[](Q& q, const S& /*s*/) { return not_for_us(q); }},
    {ask_rules},
    {weigh},
    {[](Q& q, const S& s) { return ask_others(q, s.ask, ask::When::before); }, true},
    {[](Q& q, const S& s) { return greylist_step(q, s.greylist); }},
    {[](Q& q, const S& s) { return ask_others(q, s.ask, ask::When::after); }, true},
}};

// A step in trouble is logged and has no opinion.
Answer opinion_of(const Stage& stage, Question& question, const Settings& settings) {
    try {
        return stage.step(question, settings);
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

Answer first_opinion(Question& question, const Settings& settings) {
    Answer passing;
    for (const Stage& stage : way) {
        if (passing && !stage.asks_others) {
            continue;
        }
        auto opinion = opinion_of(stage, question, settings);
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
Opinion otherwise(const Question& question, const Settings& settings) {
    if (question.was_in_trouble) {
        const std::string& action = settings.on_error;
        return {action, {.action = std::string{protocol::logged(action)}, .reason = "trouble"}};
    }
    return {std::string{protocol::no_opinion},
            {.action = "pass",
             .reason = question.headers.empty() ? "no opinion" : question.headers.front().from}};
}

// One of two values of an attribute is not the mail server's. Whichever it is, nothing passes by it.
void hold_contradiction(Opinion& answer, Question& question, const Settings& settings) {
    const std::string_view name = question.request.contradiction;
    const std::string& action = settings.on_malformed;
    if (name.empty() || settings::outcome_of(answer.action) != settings::Outcome::pass) {
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
    sources.begin();
    Question question{.request = request,
                      .sources = sources,
                      .now = now,
                      .spf_result = sys::lower_case(request.spf_result)};
    auto said = first_opinion(question, settings);
    Opinion opinion = said ? *std::move(said) : otherwise(question, settings);
    hold_contradiction(opinion, question, settings);
    add_header(opinion, question);

    return {.action = settings.dry_run ? std::string{protocol::no_opinion} : std::move(opinion.action),
            .account = std::move(opinion.account),
            .log = std::move(question.remarks),
            .was_in_trouble = question.was_in_trouble};
}

} // namespace decision
