// The greylisting rule: what one more delivery attempt means. postgrey's semantics (RFC 6647 in its own
// words). Pure: the caller brings the record and the time, and stores the answer.
#pragma once

#include "greylist/record.hpp"

#include <optional>
#include <tuple>

namespace greylist {

struct Rule {
    Seconds delay{300};                          // an attempt this long after the first one passes
    Seconds retry_window = std::chrono::days{2}; // a triplet that has not passed by then starts over
    Seconds max_age = std::chrono::days{35};     // what was not seen for longer is forgotten
    std::uint64_t auto_whitelist_clients = 5; // first successes until a client never waits; 0: it always may
    std::uint64_t auto_whitelist_pairs = 0;   // the same of a client and a sender's domain
    Seconds auto_whitelist_pairs_age = std::chrono::days{1}; // since the first of them
};

// How long a message is remembered to have had its header.
constexpr Seconds instance_memory = std::chrono::hours{1};
// A client's first successes count once in this time.
constexpr Seconds between_counts = std::chrono::hours{1};
// The record of a triplet that passed again and again is renewed once in this time. Nothing that is decided needs it
// younger: it lives for days.
constexpr Seconds between_renewals = std::chrono::minutes{1};

struct Attempt {
    Record record; // to be stored
    bool passes = false;
    bool is_first_success = false; // passes, and the attempt before it had not
    bool was_in_future = false;    // the record was from a later time than now, and starts over
    bool is_renewal = true;        // the record is worth storing; else it is younger than between_renewals
    Seconds waited{0};             // since the first attempt
    Seconds missing{0};            // until an attempt will pass; 0 where this one does
};

// One more attempt at `now`; `seen` is what is remembered of the triplet `key`.
Attempt attempt(const Key& key, const std::optional<Record>& seen, Time now, const Rule& rule);

// Whether a client need not wait any more.
bool is_auto_whitelisted(const std::optional<Record>& client, const Rule& rule);
// The same of a client's mail of one domain. Not before the first day is over: a domain that is made for a day's
// spam, and sent from servers that come back, gains nothing.
bool is_known_pair(const std::optional<Record>& pair, Time now, const Rule& rule);
// The record of an auto-whitelisted client, or of a known pair, that came again, where it changes.
std::optional<Record> seen_again(const Record& client, Time now);
// The record of a client, or of a pair, that has had a first success, or of a correspondent that was written to,
// where it changes.
std::optional<Record> first_success(const Key& key, const std::optional<Record>& client, Time now);

// The record of a triplet under `key` that has passed under another name of its client, as `other` says; none where
// it has not.
std::optional<Record> taken_over(const Key& key, const std::optional<Record>& other, Time now,
                                 const Rule& rule);

// A message of ours to the administrator is remembered as one of a client's would be, under a key that no client's
// can have: for an hour it is not said again.
Key notice_key(std::string_view what);

// The record of a message that is about to have its header; none if it had one.
std::optional<Record> first_header(const Key& key, const std::optional<Record>& instance, Time now);

// A record from later than `now`, which a clock that ran ahead or a wrong file has made, as if it were from now.
Record as_of(Record record, Time now);
// How long after it was last seen a record is forgotten.
Seconds lifetime(const Record& record, const Rule& rule);
// Whether a record has nothing more to say at `now`.
bool is_forgotten(const Record& record, Time now, const Rule& rule);
// Whether its owner has waited once. A record that has not passed by its count has by its times where the delay
// has become shorter since.
bool has_passed(const Record& record, const Rule& rule);

// Of two accounts of one key the one that says more: a triplet that passed in one has passed, and was last seen when the
// later one says.
Record merged(const Record& seen, const Record& incoming, const Rule& rule);

// What would be lost with a record: where there is no room for all, the least goes first.
struct Worth {
    enum class Loss {
        little,   // a lookup, a second header
        waiting,  // a waiting triplet begins anew
        one_wait, // a triplet that passed once waits once more
        counting, // a client is a while later on the auto-whitelist
        in_use,   // one who comes again and again, and did not wait any more
    };
    Loss loss = Loss::little;
    std::uint64_t uses = 0; // of what is in use
    Time last{};

    friend bool operator==(const Worth&, const Worth&) = default;
    friend bool operator<(const Worth& a, const Worth& b) {
        return std::tie(a.loss, a.uses, a.last) < std::tie(b.loss, b.uses, b.last);
    }
};
Worth worth_of(const Record& record, Time now, const Rule& rule);

} // namespace greylist
