#include "decision/weight_memory.hpp"

#include "weight/memory.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace decision {

namespace {

using greylist::Key;
using greylist::Record;
using Seen = std::optional<Record>;
using namespace std::chrono_literals;

// The recipients of one message come within minutes; a caller without an instance has only the sender to tell
// its messages apart.
constexpr sys::Seconds message_age = 10min;
constexpr sys::Seconds list_age = 24h;

// What a record of a message counts: the kind of verdict by its number here, or the retries and this.
constexpr std::uint64_t first_retry = 10;
constexpr std::array kinds{EarlierVerdict::Kind::passed,   EarlierVerdict::Kind::vouched_for,
                           EarlierVerdict::Kind::rejected, EarlierVerdict::Kind::deferred,
                           EarlierVerdict::Kind::listed,   EarlierVerdict::Kind::unweighed};

std::uint64_t count_of(const EarlierVerdict& verdict) {
    if (verdict.kind == EarlierVerdict::Kind::spam_anew) {
        return first_retry + verdict.retries;
    }
    return static_cast<std::uint64_t>(std::ranges::find(kinds, verdict.kind) - kinds.begin());
}

constexpr double scale = 10'000;

std::int64_t stored(double score) {
    return std::llround(score * scale);
}

double score_of(const Record& record) {
    return static_cast<double>(record.score) / scale;
}

// None where the record's count is none of ours: other versions and other hands write states, too.
std::optional<EarlierVerdict> verdict_of(const Record& record) {
    if (record.count >= first_retry) {
        return EarlierVerdict{EarlierVerdict::Kind::spam_anew,
                              static_cast<unsigned>(record.count - first_retry), score_of(record)};
    }
    if (record.count >= kinds.size()) {
        return std::nullopt;
    }
    return EarlierVerdict{kinds[static_cast<std::size_t>(record.count)], 0, score_of(record)};
}

Key message_key(const weight::Subject& subject, const greylist::Grouping& grouping) {
    return weight_of("message",
                     {subject.client.text(), weight::without_extension(subject.sender), subject.instance},
                     grouping);
}

Key spam_key(const weight::Subject& subject, bool with_sender, const greylist::Grouping& grouping) {
    if (!with_sender) {
        return weight_of("spam", {subject.client.text()}, grouping);
    }
    return weight_of("spam", {subject.client.text(), weight::without_extension(subject.sender)}, grouping);
}

Key ham_key(const weight::Subject& subject, const greylist::Grouping& grouping) {
    return weight_of("ham", {subject.client.text(), std::string{weight::domain_of(subject.sender)}},
                     grouping);
}

// A list's name says nothing of anybody: it is not hashed.
Key list_key(const std::string& zone) {
    return greylist::weight_key("list", {zone});
}

} // namespace

void WeightMemory::expect(const weight::Subject& subject) {
    if (!state_.fetches_together()) {
        return;
    }
    std::vector<Key> keys{message_key(subject, grouping_)};
    if (settings_.memory.spam_age != 0s) {
        keys.push_back(spam_key(subject, false, grouping_));
        keys.push_back(spam_key(subject, true, grouping_));
    }
    if (settings_.memory.ham_age != 0s) {
        keys.push_back(ham_key(subject, grouping_));
    }
    for (const auto* lists : {&settings_.lists.dnsbl, &settings_.lists.dnswl, &settings_.lists.rhsbl}) {
        for (const weight::List& list : *lists) {
            keys.push_back(list_key(list.zone));
        }
    }
    state_.expect(keys);
}

std::optional<EarlierVerdict> WeightMemory::earlier_of_message(const weight::Subject& subject) {
    std::optional<EarlierVerdict> earlier;
    state_.update(message_key(subject, grouping_), [&](const Seen& seen) -> Seen {
        earlier = seen ? verdict_of(*seen) : std::nullopt;
        return std::nullopt;
    });
    return earlier;
}

void WeightMemory::remember_message(const weight::Subject& subject, const EarlierVerdict& verdict) {
    const Key key = message_key(subject, grouping_);
    state_.update(key, [&](const Seen& /*seen*/) -> Seen {
        return Record{key, now_, now_, count_of(verdict), now_, now_ + message_age, stored(verdict.rate)};
    });
}

std::optional<weight::Spam> WeightMemory::spam_under(const Key& key) {
    std::optional<weight::Spam> again;
    state_.update(key, [&](const Seen& seen) -> Seen {
        again.reset();
        if (!seen) {
            return std::nullopt;
        }
        Record record = *seen;
        again = still_refused({seen->last, static_cast<unsigned>(seen->count)}, now_, settings_.memory);
        record.last = now_;
        record.count = again ? again->retries : 0;
        record.until = again ? now_ + settings_.memory.spam_age : now_ - 1s;
        return record;
    });
    return again;
}

std::optional<unsigned> WeightMemory::refused_again(const weight::Subject& subject) {
    if (settings_.memory.spam_age == 0s) {
        return std::nullopt;
    }
    auto again = spam_under(spam_key(subject, false, grouping_));
    if (!again) {
        again = spam_under(spam_key(subject, true, grouping_));
    }
    return again ? std::optional{again->retries} : std::nullopt;
}

void WeightMemory::remember_spam(const weight::Subject& subject, const weight::Verdict& verdict) {
    if (verdict.spam == weight::Verdict::Spam::no || settings_.memory.spam_age == 0s) {
        return;
    }
    const Key key = spam_key(subject, verdict.spam == weight::Verdict::Spam::client_and_sender, grouping_);
    state_.update(key, [&](const Seen& seen) -> Seen {
        return Record{key,
                      seen ? seen->first : now_,
                      now_,
                      settings_.memory.spam_retries,
                      now_,
                      now_ + settings_.memory.spam_age,
                      stored(verdict.spam_score)};
    });
}

std::optional<WeightMemory::Ham> WeightMemory::passed_before(const weight::Subject& subject) {
    std::optional<Ham> ham;
    if (settings_.memory.ham_age == 0s) {
        return ham;
    }
    state_.update(ham_key(subject, grouping_), [&](const Seen& seen) -> Seen {
        ham.reset();
        if (!seen) {
            return std::nullopt;
        }
        const weight::HamRecall recalled =
            recall({seen->first, seen->window, static_cast<unsigned>(seen->count)}, now_, settings_.memory);
        ham = {score_of(*seen), recalled.is_enough};
        return Record{seen->key,
                      seen->first,
                      now_,
                      recalled.ham.requests,
                      recalled.ham.window,
                      now_ + settings_.memory.ham_age,
                      seen->score};
    });
    return ham;
}

void WeightMemory::remember_ham(const weight::Subject& subject, double rate) {
    if (settings_.memory.ham_age == 0s) {
        return;
    }
    const Key key = ham_key(subject, grouping_);
    state_.update(key, [&](const Seen& /*seen*/) -> Seen {
        return Record{
            key,         now_, now_, settings_.memory.ham_requests, now_, now_ + settings_.memory.ham_age,
            stored(rate)};
    });
}

// By a look without a lock where that is certain: of most lists there is nothing to change.
unsigned WeightMemory::failures_of(const Key& list) {
    const auto glance = state_.glance(list);
    Seen seen = glance.seen;
    if (!glance.is_certain) {
        state_.update(list, [&](const Seen& stored) -> Seen {
            seen = stored;
            return std::nullopt;
        });
    }
    return seen ? static_cast<unsigned>(seen->count) : 0;
}

bool WeightMemory::is_dead(const std::string& zone) {
    return weight::is_dead(failures_of(list_key(zone)), settings_.list_rule);
}

void WeightMemory::remember_list(const weight::ListNews& news) {
    const Key key = list_key(news.zone);
    if (news.kind == weight::ListNews::Kind::answered && failures_of(key) == 0) {
        return;
    }
    state_.update(key, [&](const Seen& seen) -> Seen {
        const auto failures = static_cast<unsigned>(seen ? seen->count : 0);
        const unsigned now_failures = news.kind == weight::ListNews::Kind::answered ? 0
                                      : news.kind == weight::ListNews::Kind::failed
                                          ? weight::after_failure(failures)
                                          : weight::after_skip(failures, settings_.list_rule);
        return Record{key, seen ? seen->first : now_, now_, now_failures, now_, now_ + list_age, 0};
    });
}

} // namespace decision
