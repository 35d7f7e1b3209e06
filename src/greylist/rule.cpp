#include "greylist/rule.hpp"

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

bool is_auto_whitelisted(const std::optional<Record>& client, const Rule& rule) {
    return rule.auto_whitelist_clients > 0 && client && client->count >= rule.auto_whitelist_clients;
}

std::optional<Record> seen_again(const Record& client, Time now) {
    if (now < client.last + between_counts && client.last <= now) {
        return std::nullopt;
    }
    Record next = client;
    next.last = now;
    ++next.count;
    return next;
}

std::optional<Record> first_success(const Key& key, const std::optional<Record>& client, Time now) {
    if (!client) {
        return Record{key, now, now, 1};
    }
    if (now < client->last + between_counts) {
        return std::nullopt;
    }
    Record next = *client;
    next.last = now;
    ++next.count;
    return next;
}

std::optional<Record> first_header(const Key& key, const std::optional<Record>& instance, Time now) {
    return instance ? std::nullopt : std::optional{Record{key, now, now, 0}};
}

bool is_forgotten(const Record& record, Time now, const Rule& rule) {
    const Seconds age = now - record.last;
    switch (record.key.kind) {
    case Kind::triplet:
        return age > (has_passed(record, rule) ? rule.max_age : std::min(rule.retry_window, rule.max_age));
    case Kind::client:
        return age > rule.max_age;
    case Kind::instance:
        return age > instance_memory || age < -instance_memory;
    case Kind::weight:
        return now > record.until;
    }
    return false;
}

bool has_passed(const Record& record, const Rule& rule) {
    if (record.key.kind == Kind::weight) {
        return false; // a lookup more, no mail that waits longer
    }
    return record.key.kind != Kind::triplet || record.count > 0 || record.last - record.first >= rule.delay;
}

} // namespace greylist
