// What the greylist would say to a request and why, in place of an answer. The steps are asked as for an answer, of a
// state that is only looked into.
#include "decision/explain.hpp"
#include "decision/record_keys.hpp"
#include "decision/step.hpp"
#include "greylist/kind.hpp"
#include "greylist/organisation.hpp"
#include "greylist/report.hpp"
#include "system/text.hpp"

namespace decision {

namespace {

// Why the client counts as what it does.
std::string counts_as(const Question& question, const greylist::Settings& settings, std::string_view key) {
    const protocol::Request& request = question.request;
    const auto found =
        greylist::organisation_of(request.client_name, *request.client_address, question.spf_result);
    std::string text = "client key: " + std::string{key} + "\n  of " + sys::cleaned(request.client_name) +
                       '[' + request.client_address->text() + "]: ";
    text.append(found.domain.empty() ? "no organisation: " : "organisation " + found.domain + ": ");
    text.append(text_of(found.doubt));
    if (!found.domain.empty() && key != found.domain) {
        text.append(settings.grouping.by_organisation ? "; a rule gives a network"
                                                      : "; client-key = network");
    }
    return text + '\n';
}

std::string remembered(const std::vector<store::Looking::Look>& looks, sys::Time now,
                       const greylist::Rule& rule) {
    std::string text = "remembered:\n";
    for (const auto& [key, seen] : looks) {
        text += "  " + (seen ? text_line(*seen, now, rule)
                             : std::string{greylist::row_of(key.kind).name} + " never seen " +
                                   sys::cleaned(key.text) + '\n');
    }
    return text;
}

std::string told(const std::optional<Opinion>& opinion) {
    return opinion ? "answer: " + sys::cleaned(opinion->action) + " (" + opinion->account.reason + ")\n"
                   : "answer: none of the greylist\n";
}

} // namespace

std::string greylist_explanation(const protocol::Request& request, const Settings& settings, Sources& sources,
                                 sys::Time now) {
    if (!settings.greylist.is_on) {
        return "no-greylist = yes: the greylist is not asked\n";
    }
    sources.begin();
    Question question{.request = request,
                      .sources = sources,
                      .now = now,
                      .spf_result = sys::lower_case(request.spf_result)};
    auto opinion = not_for_us(question);
    opinion = opinion ? opinion : rules_step(question, settings.rules);
    if (opinion) {
        return told(opinion);
    }
    sources.only_look();
    opinion = greylist_step(question, settings.greylist);
    return counts_as(question, settings.greylist, client_key_of(question, settings.greylist)) +
           remembered(sources.looks(), now, settings.greylist.rule) + told(opinion);
}

} // namespace decision
