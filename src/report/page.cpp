// What a report says to people, and in which order. Each figure is told with what it means, and what cannot be known is said.
#include "report/page.hpp"

#include "report/waits.hpp"
#include "report/wording.hpp"

#include <algorithm>
#include <array>

namespace report {

namespace {

constexpr std::size_t most_rows = 20;

bool is_all_dry(const Figures& figures) {
    return figures.dry_run > 0 && figures.dry_run == figures.counts.all();
}

std::string with_share(std::uint64_t part, std::uint64_t all) {
    return number_text(part) + " (" + share_text(part, all) + ")";
}

// What stands below a table whose names are not all that there were.
std::string about_missed(std::uint64_t missed) {
    return missed == 0 ? std::string{}
                       : " There were more names than are kept: each may have up to " + number_text(missed) +
                             " more than is told here, and a name that is not here had no more than that.";
}

std::string about_rows(std::string meaning, std::uint64_t missed) {
    return std::move(meaning) + " At most " + std::to_string(most_rows) + " rows." + about_missed(missed);
}

// --- requests ---

Chart::Bar bar_of(std::string label, std::string short_label, const Counts& counts) {
    return {std::move(label),
            std::move(short_label),
            {counts.of(Group::passed), counts.of(Group::put_off), counts.of(Group::deferred),
             counts.of(Group::refused)}};
}

const std::vector<std::string> group_names{"passed", "put off by the greylist", "deferred otherwise",
                                           "refused"};

Counts sum_of(const DayCounts& hours) {
    Counts sum;
    for (const Counts& counts : hours) {
        sum += counts;
    }
    return sum;
}

// Days between the first and the last that have nothing are days, too.
Chart chart_of_days(const Figures& figures) {
    Chart chart{.title = "Requests by day", .counted = "requests", .series = group_names, .bars = {}};
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
                .series = group_names,
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

Section requests(const Figures& figures) {
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

// --- waits ---

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

Section waits(const Figures& figures) {
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

Section longest(const Figures& figures) {
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

Section never(const Figures& figures) {
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

Section several(const Figures& figures) {
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

Section recipients(const Figures& figures) {
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

// --- rules ---

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

Section rules(const Figures& figures) {
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

// --- weight ---

Section weight(const Figures& figures) {
    Chart rates{.title = "Mail by its rate", .counted = "mails", .series = {"mails"}, .bars = {}};
    if (!figures.rate_counts.empty()) {
        const int last = figures.rate_counts.rbegin()->first;
        for (int rate = figures.rate_counts.begin()->first; rate <= last; ++rate) {
            const auto found = figures.rate_counts.find(rate);
            rates.bars.push_back({"from " + std::to_string(rate) + " up to " + std::to_string(rate + 1),
                                  std::to_string(rate),
                                  {found == figures.rate_counts.end() ? 0 : found->second}});
        }
    }
    Table tokens{
        .title = "Tokens",
        .meaning =
            "What was found, and what it scored in the mean: greyonce-weight(5) says what each means." +
            about_missed(figures.tokens.missed()),
        .columns = {{"token", false}, {"mails"}, {"share"}, {"mean score"}},
        .rows = {}};
    constexpr std::size_t most_tokens = 40;
    for (const auto& [name, hits] :
         figures.tokens.top(most_tokens, [](const TokenHits& t) { return t.count; })) {
        tokens.rows.push_back({name, number_text(hits.count), share_text(hits.count, figures.weighed),
                               decimal_text(hits.score / static_cast<double>(hits.count))});
    }
    const auto milliseconds = [&](unsigned hundredths) {
        const auto time = figures.dns.percentile(hundredths);
        return time ? number_text(*time) + " ms" : std::string{"–"};
    };
    return {
        .id = "weight",
        .title = "Weight",
        .paragraphs =
            {"Of mail whose client was weighed in full. A client that is remembered is not weighed again."},
        .figures = {{"Weighed", number_text(figures.weighed), "Lines that begin with “weighted check”."},
                    {"Mean rate", decimal_text(figures.rates / static_cast<double>(figures.weighed)),
                     "Above 0 is bad."},
                    {"Time of the DNS, median", milliseconds(50),
                     "The log has the time of lookups. How long other decisions take, it does not say."},
                    {"Time of the DNS, 90 of 100 at most", milliseconds(90), "The 90th percentile."},
                    {"Time of the DNS, 99 of 100 at most", milliseconds(99), "The 99th percentile."}},
        .charts = {std::move(rates)},
        .tables = {std::move(tokens)},
        .lines = {}};
}

// --- trouble, advice, and what all this is ---

Section trouble(const Figures& figures) {
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

Section advice(const Figures& figures) {
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

std::string period_text(const std::optional<LocalTime>& begin, const std::optional<LocalTime>& end) {
    return begin && end ? text_of(*begin) + " to " + text_of(*end) : "not known";
}

Section about(const Figures& figures) {
    Section section{
        .id = "about",
        .title = "About this report",
        .paragraphs = {"It tells what greyonce itself has logged, and nothing else. Whoever can write to the "
                       "system’s log under its "
                       "name can write here. Whether a mail was wanted, no log knows: “came back” is the "
                       "nearest that there is to it.",
                       "Each day’s report can be made by cron, with two days more of the log, so that it is "
                       "known who came back:"},
        .figures =
            {{"The log", period_text(figures.log_begin, figures.log_end),
              "Its first and last line, whoever’s, in the time of the machine that made this."},
             {"Lines of the filter", number_text(figures.lines), "In all of the log."},
             {"Not understood", number_text(figures.unreadable + figures.timeless),
              "Lines of the filter that were cut, or have no time. They are not counted anywhere else."}},
        .charts = {},
        .tables = {},
        .lines = "15 6 * * *  root  greyreport --since 3 --until 3 --format html \\\n"
                 "    --output /var/www/html/greyreport.html --log /var/log/mail.log /var/log/mail.log.1\n"};
    if (figures.is_anonymous) {
        section.paragraphs.emplace_back(
            "Local parts of addresses were left out. Hosts’ names and networks are there.");
    }
    if (figures.beyond_the_days > 0) {
        section.figures.push_back(
            {"Of further days", number_text(figures.beyond_the_days),
             "Requests that are in all sums, but in no day: there were too many days."});
    }
    return section;
}

std::vector<std::string> summary_of(const Figures& figures) {
    const std::uint64_t all = figures.counts.all();
    if (all == 0) {
        return {"No decision of greyonce is in this log, in the days that were asked for."};
    }
    std::vector<std::string> summary{
        period_text(figures.first, figures.last) + ": " + number_text(all) + " requests, of which " +
        share_text(figures.counts.of(Group::passed), all) + " passed, " +
        share_text(figures.counts.of(Group::put_off), all) + " were put off by the greylist and " +
        share_text(figures.counts.of(Group::refused), all) + " refused."};
    if (is_all_dry(figures)) {
        summary.emplace_back(
            "All of it was a dry run: “put off” and “refused” mean that it would have been.");
    } else if (figures.dry_run > 0) {
        summary.push_back("A part, " + share_text(figures.dry_run, all) +
                          ", was a dry run: there “put off” and “refused” mean that it would have been.");
    }
    if (figures.waits > 0) {
        summary.push_back("Of " + number_text(figures.waits) + " mails that had to wait, " +
                          share_text(figures.waited.count(), figures.waits) +
                          " came back, half of them within " + span_text(figures.waited.percentile(50)) +
                          "; " + share_text(figures.never + figures.gave_up, figures.waits) + " did not.");
    }
    return summary;
}

} // namespace

Page page_of(const Figures& figures) {
    Page page{.title = "greyonce: what greylisting did", .summary = summary_of(figures), .sections = {}};
    for (Section (*const make)(const Figures&) :
         {requests, waits, longest, never, several, recipients, rules}) {
        page.sections.push_back(make(figures));
    }
    if (figures.weighed > 0) {
        page.sections.push_back(weight(figures));
    }
    for (Section (*const make)(const Figures&) : {trouble, advice, about}) {
        page.sections.push_back(make(figures));
    }
    return page;
}

} // namespace report
