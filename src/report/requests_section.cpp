// What became of the requests, by day, hour and reason.
#include "report/sections.hpp"

#include "report/wording.hpp"

#include <utility>

namespace report {

namespace {

Chart::Bar bar_of(std::string label, std::string short_label, const Counts& counts) {
    return {std::move(label),
            std::move(short_label),
            {counts.of(Group::passed), counts.of(Group::put_off), counts.of(Group::deferred),
             counts.of(Group::refused)}};
}

std::vector<std::string> group_names() {
    return {"passed", "put off by the greylist", "deferred otherwise", "refused"};
}

Counts sum_of(const DayCounts& hours) {
    Counts sum;
    for (const Counts& counts : hours) {
        sum += counts;
    }
    return sum;
}

// Days between the first and the last that have nothing are days, too.
Chart chart_of_days(const Figures& figures) {
    Chart chart{.title = "Requests by day", .counted = "requests", .series = group_names(), .bars = {}};
    if (figures.days.empty()) {
        return chart;
    }
    const Day first = figures.days.begin()->first;
    const Day last = figures.days.rbegin()->first;
    const bool are_close = last - first < std::chrono::days{1100};
    for (Day day = first; are_close && day <= last; day += std::chrono::days{1}) {
        const auto found = figures.days.find(day);
        const Counts counts = found == figures.days.end() ? Counts{} : sum_of(found->second);
        chart.bars.push_back(bar_of(text_of(day), short_text_of(day), counts));
    }
    return chart;
}

Chart chart_of_hours(const Figures& figures) {
    Chart chart{.title = "Requests by hour of the day, all days together",
                .counted = "requests",
                .series = group_names(),
                .bars = {}};
    DayCounts sums{};
    for (const auto& [day, hours] : figures.days) {
        for (std::size_t hour = 0; hour < hours.size(); ++hour) {
            sums[hour] += hours[hour];
        }
    }
    for (std::size_t hour = 0; hour < sums.size(); ++hour) {
        const std::string begin = std::to_string(hour);
        chart.bars.push_back(
            bar_of("from " + begin + " to " + std::to_string(hour + 1) + " o’clock", begin, sums[hour]));
    }
    return chart;
}

std::string group_text(Group group) {
    switch (group) {
    case Group::passed:
        return "passed";
    case Group::put_off:
        return "put off";
    case Group::deferred:
        return "deferred";
    case Group::refused:
        return "refused";
    }
    return {};
}

Table table_of_outcomes(const Figures& figures) {
    Table table{.title = "What became of the requests, and by what",
                .meaning = "",
                .columns = {{"outcome", false}, {"requests"}, {"share"}},
                .rows = {}};
    const std::uint64_t all = figures.counts.all();
    for (const OutcomeRow& row : outcomes) {
        if (const std::uint64_t count = figures.counts.of(row.outcome); count > 0) {
            table.rows.push_back({group_text(row.group) + ": " + std::string{row.title}, number_text(count),
                                  share_text(count, all)});
            table.notes.emplace_back(row.meaning);
        }
    }
    return table;
}

} // namespace

Section requests_section(const Figures& figures) {
    const Counts& counts = figures.counts;
    const std::uint64_t all = counts.all();
    Section section{
        .id = "requests",
        .title = "Requests",
        .paragraphs =
            {"A request is one recipient of one attempt to send a mail, and one line of the log. A mail "
             "to three recipients is three requests, and three more where it comes again."},
        .figures =
            {{"Requests", number_text(all), "Decisions that the filter logged in these days."},
             {"Passed", with_share(counts.of(Group::passed), all),
              "The filter let the mail go on; other checks of the mail server may have come after it."},
             {"Put off by the greylist", with_share(counts.of(Group::put_off), all),
              "First attempts and those that came again too early."},
             {"Deferred otherwise", with_share(counts.of(Group::deferred), all),
              "By a rule, by the weight or by another policy server: for now, and not for good."},
             {"Refused", with_share(counts.of(Group::refused), all), "For good."}},
        .charts = {chart_of_days(figures), chart_of_hours(figures)},
        .tables = {table_of_outcomes(figures)},
        .lines = {}};
    if (figures.dry_run > 0) {
        section.figures.push_back({"In a dry run", with_share(figures.dry_run, all),
                                   "Decided and logged, and then the mail went on all the same: it would "
                                   "have been put off, or refused."});
    }
    if (figures.whitelisted_clients > 0) {
        section.figures.push_back({"Clients that need not wait any more",
                                   number_text(figures.whitelisted_clients),
                                   "They have come back often enough in these days."});
    }
    return section;
}

} // namespace report
