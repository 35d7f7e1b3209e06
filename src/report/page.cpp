// A report for people: its sections in their order, and a summary before them.
#include "report/page.hpp"

#include "report/sections.hpp"
#include "report/wording.hpp"

namespace report {

namespace {

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
         {requests_section, waits_section, longest_section, never_section, several_section,
          recipients_section, rules_section}) {
        page.sections.push_back(make(figures));
    }
    if (figures.weighed > 0) {
        page.sections.push_back(weight_section(figures));
    }
    for (Section (*const make)(const Figures&) : {trouble_section, advice_section, about_section}) {
        page.sections.push_back(make(figures));
    }
    return page;
}

} // namespace report
