// What had gone wrong, and which rules would have spared waits.
#include "report/sections.hpp"

#include "report/wording.hpp"

#include <utility>

namespace report {

Section trouble_section(const Figures& figures) {
    Table table{.title = "Warnings",
                .meaning = about_rows("Numbers in them are shown as #.", figures.warnings.missed()),
                .columns = {{"warning", false}, {"times"}},
                .rows = {}};
    for (const auto& [name, times] :
         figures.warnings.top(most_rows, [](const Times& w) { return w.count; })) {
        table.rows.push_back({name, number_text(times.count)});
    }
    return {.id = "trouble",
            .title = "Trouble",
            .paragraphs = {"What came by a signal or at the deadline is not in every log; the mail server’s "
                           "own log has it."},
            .figures = {{"Warnings", number_text(figures.warning_count),
                         "Lines of the filter that begin with “warning:”."},
                        {"Passed by trouble", number_text(figures.counts.of(Outcome::trouble)),
                         "Requests that something of ours could not decide, so that the mail passed."},
                        {"Malformed requests", number_text(figures.malformed),
                         "They are no decisions, and not counted above."}},
            .charts = {},
            .tables = {std::move(table)},
            .lines = {}};
}

Section advice_section(const Figures& figures) {
    Section section{.id = "suggestions",
                    .title = "Suggestions",
                    .paragraphs = {"Of these organisations nearly all mail came back: at least three waits "
                                   "did, and of ten no more than "
                                   "one did not. Nothing here is applied by itself. A rule that says pass "
                                   "lets in whatever comes from "
                                   "there, spam too, so look at each name: is it one whose mail you want?"},
                    .figures = {},
                    .charts = {},
                    .tables = {},
                    .lines = {}};
    const auto all = advice_of(figures);
    if (all.empty()) {
        section.paragraphs = {is_all_dry(figures) ? "None: in a dry run nobody comes back."
                                                  : "None: no organisation has enough waits that came back."};
        return section;
    }
    Table table{.title = "What these rules would have done in these days",
                .meaning = "",
                .columns = {{"rule", false}, {"waits"}, {"time saved"}, {"how", false}},
                .rows = {}};
    section.lines = "# for a rules file: greyonce-rules(5)\n";
    for (const Advice& one : all) {
        section.lines += one.rule + '\n';
        table.rows.push_back({one.rule, number_text(one.waits), span_text(one.seconds),
                              one.shortens ? "shorter: an early retry would have passed" : "spared"});
    }
    section.tables.push_back(std::move(table));
    return section;
}

} // namespace report
