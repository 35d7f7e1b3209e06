#include "policy/decide.hpp"

#include "policy/action.hpp"
#include "policy/step.hpp"

#include <array>
#include <exception>

namespace policy {

namespace {

// The way of a request. The first opinion ends it.
constexpr std::array<Step, 3> steps{not_for_us, rules_step, greylist_step};

// A step in trouble is logged and has no opinion.
std::optional<Opinion> opinion_of(Step step, Question& question) {
    try {
        return step(question);
    } catch (const std::exception& error) {
        question.trouble(std::string{error.what()} + ": going on without");
        return std::nullopt;
    }
}

std::optional<Opinion> first_opinion(Question& question) {
    for (const Step step : steps) {
        if (auto opinion = opinion_of(step, question)) {
            return opinion;
        }
    }
    return std::nullopt;
}

// What is said where no step had an opinion.
Opinion otherwise(const Question& question) {
    if (question.was_in_trouble) {
        const std::string& action = question.settings.on_error;
        return {action, {.action = std::string{logged(action)}, .reason = "trouble"}};
    }
    return {std::string{no_opinion}, {.action = "pass", .reason = "no opinion"}};
}

} // namespace

Decision decide(const Request& request, const Settings& settings, sys::Time now) {
    Question question{.request = request, .settings = settings, .now = now};
    const auto said = first_opinion(question);
    const Opinion opinion = said ? *said : otherwise(question);

    Decision decision;
    decision.action = settings.dry_run ? no_opinion : opinion.action;
    decision.log = std::move(question.remarks);
    decision.log.push_back({LogLine::Level::info, decision_line(opinion.account, request, settings.dry_run)});
    decision.was_in_trouble = question.was_in_trouble;
    return decision;
}

} // namespace policy
