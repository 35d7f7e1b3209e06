#include "report/counting.hpp"

#include "greylist/triplet.hpp"
#include "report/organisation.hpp"
#include "report/told.hpp"
#include "system/text.hpp"
#include "transfer/words.hpp"

#include <algorithm>
#include <cmath>

namespace report {

namespace {

constexpr std::size_t names_lately = 4096;

// Lines that differ by a number are of one kind.
std::string kind_of_warning(std::string_view text) {
    constexpr std::size_t longest = 160;
    std::string kind;
    for (const char c : sys::cleaned(text.substr(0, longest))) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit || !kind.ends_with('#')) {
            kind += is_digit ? '#' : c;
        }
    }
    return kind + (text.size() > longest ? "…" : "");
}

std::uint64_t seconds_between(sys::Time from, sys::Time to) {
    return to <= from ? 0 : static_cast<std::uint64_t>((to - from).count());
}

} // namespace

Counting::Counting(const Options& options)
    : options_(options), figures_(options.limits),
      waits_(options.retry_window, options.limits.waits,
             [this](const Wait& wait, End end) { ended(wait, end); }),
      lately_(names_lately) {
    figures_.delay = options.delay;
    figures_.retry_window = options.retry_window;
    figures_.is_anonymous = options.is_anonymous;
}

bool Counting::is_asked_for(Day day) const {
    return (!options_.since || day >= *options_.since) && (!options_.until || day <= *options_.until);
}

void Counting::take(const Entry& entry) {
    ++figures_.lines;
    last_ = last_ ? std::max(*last_, entry.time) : entry.time;
    const LocalTime local = calendar_.at(entry.time);
    const bool is_wanted = is_asked_for(local.day);
    std::string_view text = entry.text;
    const std::uint64_t times = take_repetition(text);
    const Told told = told_by(text);
    if (const auto* decision = std::get_if<Decision>(&told)) {
        take(*decision, entry.time, local, times);
    } else if (!is_wanted) {
        return;
    } else if (const auto* weighed = std::get_if<Weighed>(&told)) {
        take(*weighed, times);
    } else if (const auto* warning = std::get_if<Warning>(&told)) {
        take(*warning, times);
    } else if (std::holds_alternative<Whitelisted>(told)) {
        figures_.whitelisted_clients += times;
    } else if (std::holds_alternative<Unreadable>(told)) {
        ++figures_.unreadable;
    }
}

// Attempts before and after the days that are asked for begin and end waits, too.
void Counting::take(const Decision& decision, sys::Time time, const LocalTime& local, std::uint64_t times) {
    const Outcome outcome = outcome_of(decision);
    const bool is_wanted = is_asked_for(local.day);
    if (is_wanted) {
        count(decision, outcome, local, times);
    }
    if (row_of(outcome).group == Group::put_off) {
        count_put_off(decision, outcome, time, is_wanted, times);
    } else if (row_of(outcome).group == Group::passed && outcome != Outcome::not_asked &&
               !decision.is_dry_run && !waits_.is_empty()) {
        end_wait(decision, time);
    }
}

void Counting::count(const Decision& decision, Outcome outcome, const LocalTime& local, std::uint64_t times) {
    figures_.first = figures_.first ? figures_.first : local;
    figures_.last = local;
    figures_.counts.add(outcome, times);
    figures_.dry_run += decision.is_dry_run ? times : 0;
    const auto day = figures_.days.find(local.day);
    if (day != figures_.days.end()) {
        day->second[local.hour].add(outcome, times);
    } else if (figures_.days.size() < options_.limits.days) {
        figures_.days[local.day][local.hour].add(outcome, times);
    } else {
        figures_.beyond_the_days += times;
    }
    if (!decision.rule.empty()) {
        RuleHits& hits = figures_.rules.at(hash(decision.rule), decision.rule);
        hits.count += times;
        hits.counts.add(outcome, times);
    }
}

void Counting::count_put_off(const Decision& decision, Outcome outcome, sys::Time time, bool is_wanted,
                             std::uint64_t times) {
    look_who(decision);
    const bool is_first = outcome == Outcome::first_attempt;
    const Hash client = hash(who_.client);
    const Hash network = hash(who_.network);
    if (is_wanted) {
        const std::string shown = mailbox_shown(decision.recipient);
        Recipient& recipient = figures_.recipients.at(hash(shown), shown);
        recipient.count += times;
        recipient.first += is_first ? times : 0;
    }
    if (is_wanted && is_first) {
        figures_.clients.at(client, who_.client).count += times;
        figures_.networks.at(network, who_.network).count += times;
    }
    // Who is told to wait in a dry run is not, and has no reason to come back.
    if (!decision.is_dry_run) {
        waits_.put_off({mail_hash(who_.key), client, network, time, is_wanted}, is_first);
    }
}

// The client may have had no name when its wait began.
void Counting::end_wait(const Decision& decision, sys::Time time) {
    look_who(decision);
    std::optional<Wait> wait = waits_.passed(mail_hash(who_.key), time);
    if (!wait && who_.is_also_by_network) {
        wait = waits_.passed(mail_hash(who_.network), time);
    }
    if (wait && wait->counts) {
        count_came_back(*wait, decision, time);
    }
}

void Counting::count_came_back(const Wait& wait, const Decision& decision, sys::Time time) {
    const std::uint64_t seconds = seconds_between(wait.first, time);
    figures_.waited.add(seconds);
    Client& client = figures_.clients.of_seen(wait.client);
    ++client.came;
    client.seconds += seconds;
    client.longest = std::max(client.longest, seconds);
    client.came_from_several += wait.networks > 1 ? 1 : 0;
    if (wait.came_soon > sys::Seconds{0}) {
        ++client.soon;
        client.soon_seconds +=
            seconds - std::min(seconds, static_cast<std::uint64_t>(wait.came_soon.count()));
    }
    std::string domain = domain_of(decision.sender);
    domain = domain.empty() ? "<>" : domain;
    Domain& row = figures_.domains.at(hash(domain), domain);
    ++row.count;
    row.seconds += seconds;
    row.longest = std::max(row.longest, seconds);
}

void Counting::ended(const Wait& wait, End end) {
    if (!wait.counts) {
        return;
    }
    ++figures_.waits;
    Client& client = figures_.clients.of_seen(wait.client);
    client.waits += end == End::passed || end == End::given_up ? 1 : 0;
    if (wait.networks > 1) {
        ++figures_.from_several_networks;
        ++client.several;
        client.most_networks = std::max<std::uint64_t>(client.most_networks, wait.networks);
    }
    if (end == End::given_up) {
        Client& network = figures_.networks.of_seen(wait.network);
        const bool is_once = wait.attempts == 1;
        for (std::uint64_t* const count :
             {is_once ? &figures_.never : &figures_.gave_up, is_once ? &client.never : &client.gave_up,
              is_once ? &network.never : &network.gave_up}) {
            ++*count;
        }
    }
    figures_.open += end == End::open ? 1 : 0;
    figures_.not_followed += end == End::not_followed ? 1 : 0;
}

void Counting::take(const Weighed& weighed, std::uint64_t times) {
    constexpr double widest = 100;
    const double rate = std::clamp(weighed.rate, -widest, widest);
    figures_.weighed += times;
    figures_.rates += rate * static_cast<double>(times);
    figures_.rate_counts[static_cast<int>(std::floor(rate))] += times;
    if (weighed.dns_milliseconds) {
        figures_.dns.add(*weighed.dns_milliseconds, times);
    }
    for (const Token& token : weighed.tokens) {
        TokenHits& hits = figures_.tokens.at(hash(token.name), token.name);
        hits.count += times;
        hits.score += token.score * static_cast<double>(times);
    }
}

void Counting::take(const Warning& warning, std::uint64_t times) {
    constexpr std::string_view malformed = "malformed request: ";
    constexpr std::string_view unlogged = "malformed requests without a line: ";
    if (warning.text.starts_with(malformed)) {
        figures_.malformed += times;
    } else if (warning.text.starts_with(unlogged)) {
        const auto number = transfer::number_of(warning.text.substr(unlogged.size()));
        figures_.malformed += number && *number > 0 ? static_cast<std::uint64_t>(*number) * times : 0;
    }
    figures_.warning_count += times;
    std::string kind = kind_of_warning(warning.text);
    kind = options_.is_anonymous ? without_local_parts(kind) : kind;
    figures_.warnings.at(hash(kind), kind).count += times;
}

std::string Counting::mailbox_shown(std::string_view mailbox) const {
    return options_.is_anonymous ? '@' + domain_of(mailbox) : sys::lower_case(mailbox);
}

const std::string& Counting::organisation_lately(std::string_view name) {
    Lately& lately = lately_[static_cast<std::size_t>(hash(name) % lately_.size())];
    if (lately.name != name) {
        lately = {std::string{name}, organisation_of(name)};
    }
    return lately.organisation;
}

void Counting::look_who(const Decision& decision) {
    const auto address = sys::Address::parse(decision.client_address);
    const unsigned prefix = address && address->bits() == 32 ? options_.ipv4_prefix : options_.ipv6_prefix;
    who_.network = address ? network_of(*address, std::min(prefix, address->bits())) : "unknown";
    who_.client.clear();
    if (decision.client_name != "unknown") {
        who_.client = organisation_lately(decision.client_name);
    }
    const bool has_organisation = !who_.client.empty();
    if (!has_organisation) {
        who_.client = who_.network;
    }
    // A null sender is everybody's, so that its mail is told apart by network.
    who_.key = !decision.client_key.empty() ? decision.client_key
               : decision.sender.empty()    ? who_.network
                                            : who_.client;
    who_.is_also_by_network = who_.key != who_.network;
    who_.words = ' ' + greylist::steady_sender(decision.sender) + ' ';
    who_.words += decision.recipient;
    sys::make_lower_case(who_.words);
}

Hash Counting::mail_hash(std::string_view key) {
    buffer_.assign(key).append(who_.words);
    return hash(buffer_);
}

Figures Counting::finish(std::optional<sys::Time> begin, std::optional<sys::Time> end) {
    const auto log_end = end && last_ ? std::max(end, last_) : end ? end : last_;
    if (log_end) {
        waits_.finish(*log_end);
        figures_.log_end = local_time(*log_end);
    }
    if (begin) {
        figures_.log_begin = local_time(*begin);
    }
    return std::move(figures_);
}

} // namespace report
