// Which rules and entries of lists decided, and which never did.
#include "report/sections.hpp"

#include "report/wording.hpp"

#include <utility>

namespace report {

namespace {

Table table_of_unused(const Figures& figures) {
    constexpr std::size_t most_unused = 40;
    Table table{.title = "Entries that were never hit",
                .meaning =
                    "In the order of the compiled file; at most " + std::to_string(most_unused) + " rows.",
                .columns = {{"written at", false}, {"entry", false}},
                .rows = {}};
    for (const auto& entry : figures.unused->some) {
        if (table.rows.size() < most_unused) {
            table.rows.push_back({entry.source, entry.text});
        }
    }
    return table;
}

} // namespace

Section rules_section(const Figures& figures) {
    constexpr std::size_t most_rules = 40;
    Table table{
        .title = "Entries by hits",
        .meaning = "At most " + std::to_string(most_rules) + " rows." + about_missed(figures.rules.missed()),
        .columns = {{"written at", false}, {"hits"}, {"passed"}, {"put off"}, {"deferred"}, {"refused"}},
        .rows = {}};
    for (const auto& [name, hits] :
         figures.rules.top(most_rules, [](const RuleHits& r) { return r.count; })) {
        table.rows.push_back({name, number_text(hits.count), number_text(hits.counts.of(Group::passed)),
                              number_text(hits.counts.of(Group::put_off)),
                              number_text(hits.counts.of(Group::deferred)),
                              number_text(hits.counts.of(Group::refused))});
    }
    Section section{
        .id = "rules",
        .title = "Rules and lists",
        .paragraphs = {"A hit is a request whose line names the entry: one that an entry passed, deferred or "
                       "refused, or that the greylist decided by an entry’s values. An entry that only asks "
                       "another server counts where that server decided. What was decided in an earlier step "
                       "of the filter does not count."},
        .figures = {},
        .charts = {},
        .tables = {std::move(table)},
        .lines = {}};
    if (!figures.unused) {
        section.paragraphs.emplace_back(
            "Which entries were never hit is not known: no compiled rules were at hand (--rules).");
    } else if (figures.rules.missed() > 0) {
        section.paragraphs.emplace_back(
            "Which entries were never hit is not known: there were too many that were.");
    } else {
        section.figures = {
            {"Entries", number_text(figures.unused->entries), "Of the compiled rules as they are now."},
            {"Never hit", with_share(figures.unused->never_hit, figures.unused->entries),
             "In these days; of what is seldom, they may be too few to tell."}};
        section.tables.push_back(table_of_unused(figures));
    }
    return section;
}

} // namespace report
