// What a report tells: figures, counted from what the filter logged (counting.hpp), and written as text, as a page and as
// JSON. Nothing here is text for people.
#pragma once

#include "report/calendar.hpp"
#include "report/outcome.hpp"
#include "report/spread.hpp"
#include "report/tally.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace report {

using DayCounts = std::array<Counts, 24>; // by hour

// Of an organisation, or a network.
struct Client {
    std::uint64_t count = 0;   // first attempts that were put off, also in dry-run
    std::uint64_t waits = 0;   // that ended in one of the next three ways
    std::uint64_t came = 0;    // back, and passed
    std::uint64_t never = 0;   // one attempt, and no other
    std::uint64_t gave_up = 0; // several, of which none passed
    std::uint64_t seconds = 0; // waited in all, of those that came back
    std::uint64_t longest = 0; // of these
    std::uint64_t several = 0; // waits with attempts from several networks
    std::uint64_t came_from_several = 0;
    std::uint64_t most_networks = 0; // of one wait
    std::uint64_t soon = 0; // waits that came back and would have been over with a delay of Waits::soon
    std::uint64_t soon_seconds = 0; // that they would have been shorter

    Client& operator+=(const Client& other);
};

// Of a sender's domain.
struct Domain {
    std::uint64_t count = 0; // waits that came back
    std::uint64_t seconds = 0;
    std::uint64_t longest = 0;

    Domain& operator+=(const Domain& other);
};

struct Recipient {
    std::uint64_t count = 0; // attempts that were put off
    std::uint64_t first = 0; // of these, that the greylist had not seen

    Recipient& operator+=(const Recipient& other);
};

struct RuleHits {
    std::uint64_t count = 0;
    Counts counts;

    RuleHits& operator+=(const RuleHits& other);
};

struct TokenHits {
    std::uint64_t count = 0;
    double score = 0; // the sum

    TokenHits& operator+=(const TokenHits& other);
};

struct Times {
    std::uint64_t count = 0;

    Times& operator+=(const Times& other);
};

// How much is kept of what has no end.
struct Limits {
    std::size_t waits = 1'000'000;
    std::size_t names = 20'000; // of each kind
    std::size_t rules = 200'000;
    std::size_t days = 1'100;
    std::size_t seconds = std::size_t{7} * 24 * 3600; // of a wait, that are told apart
};

struct Figures {
    explicit Figures(const Limits& limits)
        : waited(limits.seconds), clients(limits.names), networks(limits.names), domains(limits.names),
          recipients(limits.names), rules(limits.rules), tokens(limits.names), warnings(limits.names / 10) {}

    // Of the days that were asked for; none where there was nothing.
    std::optional<LocalTime> first;
    std::optional<LocalTime> last;
    // Of all that was read.
    std::optional<LocalTime> log_begin;
    std::optional<LocalTime> log_end;
    std::uint64_t lines = 0;           // of the filter
    std::uint64_t unreadable = 0;      // that begin as a decision or a weight and are none
    std::uint64_t timeless = 0;        // without a time
    std::uint64_t beyond_the_days = 0; // of more days than are kept

    Counts counts;
    std::map<Day, DayCounts> days;
    std::uint64_t dry_run = 0; // decisions

    // The waits that began in these days.
    std::uint64_t waits = 0; // all
    std::uint64_t never = 0;
    std::uint64_t gave_up = 0;
    std::uint64_t open = 0;
    std::uint64_t not_followed = 0;
    std::uint64_t from_several_networks = 0;
    Spread waited; // seconds, of those that came back
    sys::Seconds retry_window{};
    sys::Seconds delay{};

    Tally<Client> clients; // by organisation, and by network where the client has no name
    Tally<Client> networks;
    Tally<Domain> domains;
    Tally<Recipient> recipients;
    std::uint64_t whitelisted_clients = 0;

    Tally<RuleHits> rules; // by FILE:LINE
    struct Unused {
        std::uint64_t entries = 0;
        std::uint64_t never_hit = 0;
        struct Entry {
            std::string source;
            std::string text;
        };
        std::vector<Entry> some; // of those that were never hit, the first; without local parts, too
    };
    std::optional<Unused> unused; // none: no compiled rules were at hand

    std::uint64_t weighed = 0;
    double rates = 0;                         // the sum
    std::map<int, std::uint64_t> rate_counts; // by whole numbers, rounded down
    Tally<TokenHits> tokens;
    static constexpr std::size_t slowest_dns = 10'000;
    Spread dns{slowest_dns}; // milliseconds

    std::uint64_t warning_count = 0;
    std::uint64_t malformed = 0;
    Tally<Times> warnings;
    bool is_anonymous = false;
};

// A rule that would have spared waits.
struct Advice {
    std::string rule; // to be pasted
    std::uint64_t waits = 0;
    std::uint64_t seconds = 0;
    bool shortens = false; // these are shorter, not spared
};
std::vector<Advice> advice_of(const Figures& figures);

} // namespace report
