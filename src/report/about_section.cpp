// What was read, and how sure its figures are.
#include "report/sections.hpp"

#include "report/wording.hpp"

namespace report {

Section about_section(const Figures& figures) {
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

} // namespace report
