#include "policy/weight_memory.hpp"

#include "weight/memory.hpp"

#include <cmath>

namespace policy {

namespace {

using greylist::Key;
using greylist::Record;
using Seen = std::optional<Record>;
using namespace std::chrono_literals;

// The recipients of one message come within minutes; a caller without an instance has only the sender to tell
// its messages apart.
constexpr sys::Seconds message_age = 10min;
constexpr sys::Seconds list_age = 24h;

// Between a kind of verdict and the retries in a record's count.
constexpr std::uint64_t first_retry = 10;

constexpr double scale = 10'000;

std::int64_t stored(double score) {
    return std::llround(score * scale);
}

double score_of(const Record& record) {
    return static_cast<double>(record.score) / scale;
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

std::optional<EarlierVerdict> WeightMemory::earlier_of_message(const weight::Subject& subject) {
    std::optional<EarlierVerdict> earlier;
    state_.update(message_key(subject, grouping_), [&](const Seen& seen) -> Seen {
        if (!seen) {
            return std::nullopt;
        }
        const bool is_anew = seen->count >= first_retry;
        earlier = {is_anew ? EarlierVerdict::Kind::spam_anew : static_cast<EarlierVerdict::Kind>(seen->count),
                   static_cast<unsigned>(is_anew ? seen->count - first_retry : 0), score_of(*seen)};
        return std::nullopt;
    });
    return earlier;
}

void WeightMemory::remember_message(const weight::Subject& subject, const EarlierVerdict& verdict) {
    const Key key = message_key(subject, grouping_);
    state_.update(key, [&](const Seen& /*seen*/) -> Seen {
        const bool is_anew = verdict.kind == EarlierVerdict::Kind::spam_anew;
        const std::uint64_t count =
            is_anew ? first_retry + verdict.retries : static_cast<std::uint64_t>(verdict.kind);
        return Record{key, now_, now_, count, now_, now_ + message_age, stored(verdict.rate)};
    });
}

std::optional<weight::Spam> WeightMemory::spam_under(const Key& key) {
    std::optional<weight::Spam> again;
    state_.update(key, [&](const Seen& seen) -> Seen {
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

bool WeightMemory::is_dead(const std::string& zone) {
    bool dead = false;
    state_.update(list_key(zone), [&](const Seen& seen) -> Seen {
        dead = seen && weight::is_dead(static_cast<unsigned>(seen->count), settings_.list_rule);
        return std::nullopt;
    });
    return dead;
}

void WeightMemory::remember_list(const weight::ListNews& news) {
    const Key key = list_key(news.zone);
    state_.update(key, [&](const Seen& seen) -> Seen {
        const auto failures = static_cast<unsigned>(seen ? seen->count : 0);
        if (news.kind == weight::ListNews::Kind::answered && failures == 0) {
            return std::nullopt;
        }
        const unsigned now_failures = news.kind == weight::ListNews::Kind::answered ? 0
                                      : news.kind == weight::ListNews::Kind::failed
                                          ? weight::after_failure(failures)
                                          : weight::after_skip(failures, settings_.list_rule);
        return Record{key, seen ? seen->first : now_, now_, now_failures, now_, now_ + list_age, 0};
    });
}

} // namespace policy
