// The rates of the weight, and what made them.
#include "report/sections.hpp"

#include "report/wording.hpp"

#include <utility>

namespace report {

Section weight_section(const Figures& figures) {
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

} // namespace report
