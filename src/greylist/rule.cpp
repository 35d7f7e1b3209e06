#include "greylist/rule.hpp"

#include "greylist/kind.hpp"
#include <algorithm>

namespace greylist {

Attempt attempt(const Key& key, const std::optional<Record>& seen, Time now, const Rule& rule) {
    Attempt result{.record = seen.value_or(Record{key, now, now, 0})};
    Record& record = result.record;

    const bool had_passed = seen && record.last - record.first >= rule.delay;
    const bool is_too_late = !had_passed && now - record.first > rule.retry_window;
    result.was_in_future = record.first > now;
    if (is_too_late || result.was_in_future) {
        record.first = now;
        record.count = 0;
    }

    const bool is_fresh = now >= record.last && now < record.last + between_renewals;
    result.is_renewal = !had_passed || record.count < 2 || !is_fresh;
    record.last = now;
    result.waited = now - record.first;
    result.missing = std::max(Seconds{0}, rule.delay - result.waited);
    result.passes = result.missing == Seconds{0};
    result.is_first_success = result.passes && !had_passed;
    if (result.passes) {
        ++record.count;
    }
    return result;
}

Key notice_key(std::string_view what) {
    return {Kind::instance, '%' + std::string{what}};
}

namespace {

Record counted(Record client, Time now) {
    client.last = now;
    ++client.count;
    return client;
}

} // namespace

bool is_auto_whitelisted(const std::optional<Record>& client, const Rule& rule) {
    return rule.auto_whitelist_clients > 0 && client && client->count >= rule.auto_whitelist_clients;
}

bool is_known_pair(const std::optional<Record>& pair, Time now, const Rule& rule) {
    return rule.auto_whitelist_pairs > 0 && pair && pair->count >= rule.auto_whitelist_pairs &&
           now - pair->first >= rule.auto_whitelist_pairs_age;
}

std::optional<Record> taken_over(const Key& key, const std::optional<Record>& other, Time now,
                                 const Rule& rule) {
    if (!other || other->first > now || !has_passed(*other, rule)) {
        return std::nullopt;
    }
    Record record = counted(*other, now);
    record.key = key;
    return record;
}

std::optional<Record> seen_again(const Record& client, Time now) {
    if (now < client.last + between_counts && client.last <= now) {
        return std::nullopt;
    }
    return counted(client, now);
}

std::optional<Record> first_success(const Key& key, const std::optional<Record>& client, Time now) {
    if (!client) {
        return Record{key, now, now, 1};
    }
    // A count from much later is one of a clock that ran ahead; from a little later, one of another process.
    if (now < client->last + between_counts && client->last < now + between_counts) {
        return std::nullopt;
    }
    return counted(*client, now);
}

std::optional<Record> first_header(const Key& key, const std::optional<Record>& instance, Time now) {
    return instance ? std::nullopt : std::optional{Record{key, now, now, 0}};
}

Record as_of(Record record, Time now) {
    if (record.key.kind == Kind::weight && record.last > now) {
        record.until -= record.last - now;
    }
    record.first = std::min(record.first, now);
    record.last = std::min(record.last, now);
    record.window = std::min(record.window, now);
    return record;
}

Seconds lifetime(const Record& record, const Rule& rule) {
    return row_of(record.key.kind).life(record, rule);
}

bool is_forgotten(const Record& record, Time now, const Rule& rule) {
    const Seconds age = now - record.last;
    const bool is_from_later = record.key.kind == Kind::instance && age < -instance_memory;
    return age > lifetime(record, rule) || is_from_later;
}

bool has_passed(const Record& record, const Rule& rule) {
    return state_of(record, rule).standing == State::Standing::passed;
}

const State& state_of(const Record& record, const Rule& rule) {
    const KindRow& row = row_of(record.key.kind);
    return row.states.at(row.state(record, rule));
}

Worth worth_of(const Record& record, Time now, const Rule& rule) {
    return row_of(record.key.kind).worth(record, std::min(record.last, now), rule);
}

Record merged(const Record& seen, const Record& incoming, const Rule& rule) {
    const bool seen_passed = has_passed(seen, rule);
    const bool incoming_passed = has_passed(incoming, rule);
    Record result = seen_passed == incoming_passed ? (seen.last >= incoming.last ? seen : incoming)
                    : seen_passed                  ? seen
                                                   : incoming;
    if (seen_passed && incoming_passed) {
        result.first = std::min(seen.first, incoming.first);
        result.count = std::max(seen.count, incoming.count);
    }
    return result;
}

} // namespace greylist
