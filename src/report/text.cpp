// A report as one screen of text, in the order of the page (page.cpp), where each figure's meaning stands.
#include "system/text.hpp"
#include "report/page.hpp"
#include "report/wording.hpp"

#include <algorithm>

namespace report {

namespace {

constexpr std::size_t most_names = 3;
constexpr std::size_t longest_name = 34;
constexpr std::size_t column = 22; // behind the names of figures

// One line, of a column of names and one of what they have.
std::string line_of(std::string_view name, const std::string& value) {
    std::string line{name};
    line.resize(std::max(line.size() + 1, column), ' ');
    return line + value + '\n';
}

// At most `longest_name` bytes of it; the end says more of a host's name.
std::string shortened(const std::string& name) {
    std::string clean = sys::cleaned(name);
    if (clean.size() <= longest_name) {
        return clean;
    }
    return "..." + sys::cleaned(clean.substr(clean.size() - (longest_name - 3)));
}

// A list of words between commas, broken where a terminal's line ends, behind the column of names.
class List {
  public:
    void add(const std::string& item) {
        if (!text_.empty()) {
            text_ += ',';
            const bool fits = at_ + item.size() + 2 <= widest;
            text_ += fits ? " " : '\n' + std::string(column, ' ');
            at_ = fits ? at_ + 2 : column;
        }
        text_ += item;
        at_ += item.size();
    }
    [[nodiscard]] std::string text() const { return text_.empty() ? "none" : text_; }

  private:
    static constexpr std::size_t widest = 79;
    std::string text_;
    std::size_t at_ = column;
};

// NAME VALUE, NAME VALUE
template <typename Counts, typename Worth, typename Shown>
std::string top_of(const Tally<Counts>& tally, Worth worth, Shown shown) {
    List list;
    for (const auto& row : tally.top(most_names, worth)) {
        list.add(shortened(row.name) + ' ' + shown(row.counts));
    }
    return list.text();
}

std::string outcomes_of(const Figures& figures, Group group) {
    List list;
    for (const OutcomeRow& row : outcomes) {
        if (row.group == group && figures.counts.of(row.outcome) > 0) {
            list.add(std::string{row.title} + ' ' + number_text(figures.counts.of(row.outcome)));
        }
    }
    return list.text();
}

std::string requests(const Figures& figures) {
    const std::uint64_t all = figures.counts.all();
    std::string text = line_of("requests", number_text(all));
    struct Named {
        Group group;
        const char* name;
    };
    for (const auto& [group, name] :
         {Named{Group::passed, "passed"}, Named{Group::put_off, "put off (greylist)"},
          Named{Group::deferred, "deferred otherwise"}, Named{Group::refused, "refused"}}) {
        if (const std::uint64_t count = figures.counts.of(group); count > 0) {
            text += line_of(std::string{"  "} + name, with_share(count, all));
            text += std::string(column, ' ') + outcomes_of(figures, group) + '\n';
        }
    }
    if (figures.dry_run > 0) {
        text += line_of("  in a dry run", with_share(figures.dry_run, all) + ": would have been");
    }
    return text;
}

std::string waits(const Figures& figures) {
    const std::uint64_t all = figures.waits;
    const Spread& waited = figures.waited;
    const std::uint64_t passed = figures.counts.of(Group::passed) - figures.counts.of(Outcome::not_asked);
    std::string text = line_of("mails that waited", number_text(all));
    text += line_of("  came back", with_share(waited.count(), all));
    text += line_of("    after", span_text(waited.percentile(50)) + " (median), " +
                                     span_text(waited.percentile(90)) + " (90 %), " +
                                     span_text(waited.percentile(99)) + " (99 %)");
    text += line_of("  never came back", with_share(figures.never, all));
    text += line_of("  gave up", with_share(figures.gave_up, all));
    text += line_of("  not known yet", with_share(figures.open + figures.not_followed, all));
    text +=
        line_of("cost of the delay", share_text(waited.count(), passed) + " of what passed had waited; " +
                                         span_text(mean_of(waited.sum(), passed)) + " in the mean of it all");
    return text;
}

std::string names(const Figures& figures) {
    const auto seconds = [](const auto& counts) { return counts.seconds; };
    const auto span = [](const auto& counts) { return span_text(counts.seconds); };
    const auto gone = [](const Client& client) { return client.never + client.gave_up; };
    const auto number_gone = [&](const Client& client) { return number_text(gone(client)); };
    return line_of("waited longest", top_of(figures.clients, seconds, span)) +
           line_of("  senders", top_of(figures.domains, seconds, span)) +
           line_of("never came back", top_of(figures.clients, gone, number_gone)) +
           line_of("  networks", top_of(figures.networks, gone, number_gone)) +
           line_of("several networks",
                   top_of(
                       figures.clients, [](const Client& client) { return client.several; },
                       [](const Client& client) { return number_text(client.several); })) +
           line_of("recipients put off", top_of(
                                             figures.recipients, [](const Recipient& r) { return r.count; },
                                             [](const Recipient& r) { return number_text(r.count); }));
}

std::string rules(const Figures& figures) {
    std::string text =
        line_of("rules hit", top_of(
                                 figures.rules, [](const RuleHits& hits) { return hits.count; },
                                 [](const RuleHits& hits) { return number_text(hits.count); }));
    if (figures.unused && figures.rules.missed() == 0) {
        text += line_of("  never hit", number_text(figures.unused->never_hit) + " of " +
                                           number_text(figures.unused->entries) + " entries");
    }
    return text;
}

std::string weight(const Figures& figures) {
    if (figures.weighed == 0) {
        return {};
    }
    const auto dns = figures.dns.percentile(90);
    return line_of("weighed", number_text(figures.weighed) + ", mean rate " +
                                  decimal_text(figures.rates / static_cast<double>(figures.weighed)) +
                                  (dns ? ", DNS " + number_text(*dns) + " ms (90 %)" : ""));
}

std::string trouble(const Figures& figures) {
    std::string text = line_of("warnings", number_text(figures.warning_count) + ", malformed requests " +
                                               number_text(figures.malformed));
    for (const auto& row : figures.warnings.top(most_names, [](const Times& times) { return times.count; })) {
        constexpr std::size_t longest = 70;
        text += "  " + number_text(row.counts.count) + " x " + sys::cleaned(row.name, longest) + '\n';
    }
    return text;
}

std::string advice(const Figures& figures) {
    std::string text;
    auto all = advice_of(figures);
    all.resize(std::min(all.size(), most_names));
    for (const Advice& one : all) {
        text += "  " + one.rule + "    # " + (one.shortens ? "shorter: " : "spared: ") +
                number_text(one.waits) + " waits, " + span_text(one.seconds) + '\n';
    }
    return text.empty() ? std::string{}
                        : "rules that would have spared waits, if you want all mail from there:\n" + text;
}

} // namespace

std::string text_of(const Figures& figures) {
    if (figures.counts.all() == 0) {
        return "No decision of greyonce is in this log, in the days that were asked for.\n";
    }
    std::string text = "greyonce, " + text_of(*figures.first) + " to " + text_of(*figures.last) + "\n\n";
    text += requests(figures) + waits(figures) + names(figures) + rules(figures) + weight(figures) +
            trouble(figures);
    if (figures.unreadable + figures.timeless > 0) {
        text += line_of("lines not understood", number_text(figures.unreadable + figures.timeless));
    }
    return text + advice(figures);
}

} // namespace report
