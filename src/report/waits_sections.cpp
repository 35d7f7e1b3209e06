// Who was made to wait, how that ended, and for whom it took longest.
#include "report/sections.hpp"

#include "report/wording.hpp"

#include <array>
#include <utility>

namespace report {

namespace {

constexpr std::uint64_t endless = ~std::uint64_t{0};

Chart chart_of_waits(const Figures& figures) {
    struct Step {
        std::uint64_t end;
        const char* label;
        const char* short_label;
    };
    constexpr std::uint64_t minute = 60;
    constexpr std::uint64_t hour = 60 * minute;
    constexpr std::array<Step, 10> steps{{{5 * minute, "less than 5 minutes", "<5m"},
                                          {10 * minute, "5 to 10 minutes", "5m"},
                                          {15 * minute, "10 to 15 minutes", "10m"},
                                          {30 * minute, "15 to 30 minutes", "15m"},
                                          {hour, "30 minutes to an hour", "30m"},
                                          {2 * hour, "1 to 2 hours", "1h"},
                                          {4 * hour, "2 to 4 hours", "2h"},
                                          {8 * hour, "4 to 8 hours", "4h"},
                                          {24 * hour, "8 to 24 hours", "8h"},
                                          {endless, "a day or longer", "1d+"}}};
    Chart chart{
        .title = "How long those waited that came back", .counted = "waits", .series = {"waits"}, .bars = {}};
    std::uint64_t begin = 0;
    for (const Step& step : steps) {
        chart.bars.push_back({step.label, step.short_label, {figures.waited.between(begin, step.end)}});
        begin = step.end;
    }
    return chart;
}

std::vector<Figure> how_waits_ended(const Figures& figures) {
    const std::uint64_t all = figures.waits;
    std::vector<Figure> result{
        {"Waits", number_text(all), "That began in these days."},
        {"Came back", with_share(figures.waited.count(), all), "And passed."},
        {"Never came back", with_share(figures.never, all),
         "One attempt, and no other within " +
             span_text(static_cast<std::uint64_t>(figures.retry_window.count())) +
             " (retry-window): most of it is spam."},
        {"Gave up", with_share(figures.gave_up, all),
         "Came again, but too early or from elsewhere, and no more: of these some may be wanted."},
        {"Not known yet", with_share(figures.open, all),
         "The log ends before their time is over: it needs the log of the days after."}};
    if (figures.not_followed > 0) {
        result.push_back({"Not followed", with_share(figures.not_followed, all),
                          "There were more waits at once than are kept; these were seen longest ago."});
    }
    return result;
}

std::vector<Figure> how_long_waits_were(const Figures& figures) {
    const Spread& waited = figures.waited;
    const std::uint64_t passed = figures.counts.of(Group::passed) - figures.counts.of(Outcome::not_asked);
    const std::uint64_t over_an_hour = waited.between(3601, endless);
    return {
        {"Median wait", span_text(waited.percentile(50)), "Half of those that came back waited no longer."},
        {"90 of 100 waited at most", span_text(waited.percentile(90)), "The 90th percentile."},
        {"99 of 100 waited at most", span_text(waited.percentile(99)), "The 99th percentile."},
        {"Longest wait", waited.count() == 0 ? "–" : span_text(waited.largest()), "Of those that came back."},
        {"Mail that waited", share_text(waited.count(), passed),
         "What came back, in terms of all requests that passed: the share of wanted mail that greylisting "
         "delayed."},
        {"Cost for all mail", passed == 0 ? "–" : span_text(mean_of(waited.sum(), passed)),
         "All waits that ended in a pass, spread over all requests that passed."},
        {"Waited over an hour", with_share(over_an_hour, waited.count()), "Of those that came back."}};
}

} // namespace

Section waits_section(const Figures& figures) {
    Section section{.id = "waits",
                    .title = "Who was made to wait, and came back",
                    .paragraphs = {"A wait begins with the first attempt that the greylist puts off, and "
                                   "ends with the first one that passes. "
                                   "Attempts are of the same mail here, where sender and recipient are the "
                                   "same and the client is of the same "
                                   "organisation: the registered domain of its verified name or, without a "
                                   "name, its network. So mail that "
                                   "comes back from another address of a pool is one wait. Mail without a "
                                   "sender is told apart by network."},
                    .figures = how_waits_ended(figures),
                    .charts = {chart_of_waits(figures)},
                    .tables = {},
                    .lines = {}};
    if (figures.dry_run > 0) {
        section.paragraphs.emplace_back(
            "What was put off in a dry run is no wait here: nobody was asked to come back, so "
            "who would have is not known.");
    }
    for (Figure& figure : how_long_waits_were(figures)) {
        section.figures.push_back(std::move(figure));
    }
    return section;
}

Section longest_section(const Figures& figures) {
    Section section{.id = "longest",
                    .title = "Who waited longest",
                    .paragraphs = {},
                    .figures = {},
                    .charts = {},
                    .tables = {},
                    .lines = {}};
    Table clients{
        .title = "Organisations",
        .meaning =
            about_rows("By the time that their mail that came back has waited in all. An organisation is "
                       "the registered domain of the client’s verified name; without one it is its network.",
                       figures.clients.missed()),
        .columns =
            {{"organisation", false}, {"waited in all"}, {"mean"}, {"longest"}, {"came back"}, {"did not"}},
        .rows = {}};
    for (const auto& [name, client] :
         figures.clients.top(most_rows, [](const Client& c) { return c.seconds; })) {
        clients.rows.push_back({name, span_text(client.seconds),
                                span_text(mean_of(client.seconds, client.came)), span_text(client.longest),
                                number_text(client.came), number_text(client.never + client.gave_up)});
    }
    Table domains{.title = "Domains of senders",
                  .meaning = about_rows(
                      "The same by what stands behind the @ of the sender. Anybody can write anything there.",
                      figures.domains.missed()),
                  .columns = {{"domain", false}, {"waited in all"}, {"mean"}, {"longest"}, {"came back"}},
                  .rows = {}};
    for (const auto& [name, domain] :
         figures.domains.top(most_rows, [](const Domain& d) { return d.seconds; })) {
        domains.rows.push_back({name, span_text(domain.seconds),
                                span_text(mean_of(domain.seconds, domain.count)), span_text(domain.longest),
                                number_text(domain.count)});
    }
    section.tables = {std::move(clients), std::move(domains)};
    return section;
}

namespace {

Table table_of_first_attempts(const Figures& figures) {
    Table table{.title = "Organisations by first attempts",
                .meaning =
                    about_rows(is_all_dry(figures) ? "That would have been put off by the greylist."
                                                   : "That were put off by the greylist, in a dry run too.",
                               figures.clients.missed()),
                .columns = {{"organisation", false}, {"first attempts"}},
                .rows = {}};
    for (const auto& [name, client] :
         figures.clients.top(most_rows, [](const Client& c) { return c.count; })) {
        table.rows.push_back({name, number_text(client.count)});
    }
    return table;
}

Table table_of_never(const Tally<Client>& tally, const std::string& title, const std::string& meaning) {
    Table table{.title = title,
                .meaning = about_rows(meaning, tally.missed()),
                .columns = {{"name", false}, {"never"}, {"gave up"}, {"first attempts"}},
                .rows = {}};
    for (const auto& [name, client] :
         tally.top(most_rows, [](const Client& c) { return c.never + c.gave_up; })) {
        table.rows.push_back(
            {name, number_text(client.never), number_text(client.gave_up), number_text(client.count)});
    }
    return table;
}

} // namespace

Section never_section(const Figures& figures) {
    return {
        .id = "never",
        .title = "Who never came back",
        .paragraphs =
            {"Spam mostly does not come a second time. Where a name that you know stands here, its mail was "
             "lost, or went another way."},
        .figures = {},
        .charts = {},
        .tables = {table_of_never(
                       figures.clients, "By name",
                       "Waits that were given up, by the client’s organisation. First attempts are all that "
                       "were put off, whatever became of them."),
                   table_of_never(figures.networks, "By network", "The same by the client’s network."),
                   table_of_first_attempts(figures)},
        .lines = {}};
}

Section several_section(const Figures& figures) {
    Table table{.title = "Organisations whose waits went over several networks",
                .meaning = about_rows("Their servers take turns, and each network was made to wait anew.",
                                      figures.clients.missed()),
                .columns = {{"organisation", false},
                            {"such waits"},
                            {"most networks of one"},
                            {"came back"},
                            {"waited in all"}},
                .rows = {}};
    for (const auto& [name, client] :
         figures.clients.top(most_rows, [](const Client& c) { return c.several; })) {
        table.rows.push_back({name, number_text(client.several), number_text(client.most_networks),
                              number_text(client.came_from_several), span_text(client.seconds)});
    }
    return {
        .id = "several",
        .title = "Who comes back from several networks",
        .paragraphs = {"These are candidates for a rule. Waits of clients without a verified name cannot be "
                       "seen here."},
        .figures = {{"Waits over several networks", with_share(figures.from_several_networks, figures.waits),
                     "Of all waits, whether they came back or not."}},
        .charts = {},
        .tables = {std::move(table)},
        .lines = {}};
}

Section recipients_section(const Figures& figures) {
    Table table{.title = figures.is_anonymous ? "Domains of recipients" : "Recipients",
                .meaning = about_rows("By attempts that the greylist put off.", figures.recipients.missed()),
                .columns = {{"recipient", false}, {"put off"}, {"of these first attempts"}},
                .rows = {}};
    for (const auto& [name, recipient] :
         figures.recipients.top(most_rows, [](const Recipient& r) { return r.count; })) {
        table.rows.push_back({name, number_text(recipient.count), number_text(recipient.first)});
    }
    return {.id = "recipients",
            .title = "Whose mail was put off most",
            .paragraphs = {},
            .figures = {},
            .charts = {},
            .tables = {std::move(table)},
            .lines = {}};
}

} // namespace report
