#include "greylist/kind.hpp"

#include "greylist/triplet.hpp"

#include <algorithm>

namespace greylist {

namespace {

using Standing = State::Standing;
using Fields = std::vector<std::string>;

constexpr std::size_t only_state(const Record& /*record*/, const Rule& /*rule*/) {
    return 0;
}

constexpr Worth little(const Record& /*record*/, Time last, const Rule& /*rule*/) {
    return {Worth::Loss::little, 0, last};
}

// One that was passed by its times where the delay has become shorter since, and by its count.
std::size_t triplet_state(const Record& record, const Rule& rule) {
    return record.count > 0 || record.last - record.first >= rule.delay ? 1 : 0;
}

// Known for as long as it is seen: a pair that was not seen since it came of age counts as a young one.
std::size_t pair_state(const Record& record, const Rule& rule) {
    return is_known_pair(record, record.last, rule) ? 1 : 0;
}

constexpr Seconds max_age(const Record& /*record*/, const Rule& rule) {
    return rule.max_age;
}

constexpr std::size_t key_start_of(std::string_view numbers) {
    std::size_t start = 2;
    for (const char number : numbers) {
        start += width_of(number) + 1;
    }
    return start;
}

// clang-format off
constexpr std::array<KindRow, 6> rows{{
    {.kind = Kind::triplet, .name = "triplet", .numbers = "flc",
     .fields = {"client", "sender", "recipient"}, .client = KindRow::Client::network_first,
     .states = {{{"pending", "triplets pending", Standing::waiting},
                 {"passed", "triplets passed", Standing::passed}}},
     .state = triplet_state,
     .life = [](const Record& record, const Rule& rule) {
         return triplet_state(record, rule) == 1 ? rule.max_age : std::min(rule.retry_window, rule.max_age);
     },
     .worth = [](const Record& record, Time last, const Rule& rule) {
         return triplet_state(record, rule) == 0 ? Worth{Worth::Loss::waiting, 0, last}
                : record.count > 1               ? Worth{Worth::Loss::in_use, record.count, last}
                                                 : Worth{Worth::Loss::one_wait, 0, last};
     },
     .could_be_ours = [](const Fields& fields) {
         return fields.size() == 3
                    ? is_client_field(fields[0]) && is_address_field(fields[1]) && is_address_field(fields[2])
                    : fields.size() == 1 && is_hash(fields[0]);
     },
     .key_start = key_start_of("flc")},

    {.kind = Kind::client, .name = "client", .numbers = "cl",
     .fields = {"client"}, .client = KindRow::Client::first,
     .states = {{{"counting", "clients counting", Standing::passed},
                 {"whitelisted", "clients whitelisted", Standing::passed}}},
     .state = [](const Record& record, const Rule& rule) -> std::size_t {
         return is_auto_whitelisted(record, rule) ? 1 : 0;
     },
     .life = max_age,
     .worth = [](const Record& record, Time last, const Rule& rule) {
         return is_auto_whitelisted(record, rule) ? Worth{Worth::Loss::in_use, record.count, last}
                                                  : Worth{Worth::Loss::counting, 0, last};
     },
     .could_be_ours = [](const Fields& fields) {
         return fields.size() == 1 && (is_network_field(fields[0]) || is_hash(fields[0]));
     },
     .key_start = key_start_of("cl")},

    {.kind = Kind::instance, .name = "instance", .numbers = "l",
     .fields = {"instance"}, .client = KindRow::Client::none,
     .states = {{{"header", "messages with header", Standing::passed}}},
     .state = only_state,
     .life = [](const Record& /*record*/, const Rule& /*rule*/) { return instance_memory; },
     .worth = [](const Record& record, Time last, const Rule& rule) {
         return is_notice(record.key) ? Worth{Worth::Loss::in_use, most_counted, last} : little(record, last, rule);
     },
     .could_be_ours = [](const Fields& fields) { return fields.size() == 1 && is_short_field(fields[0]); },
     .key_start = key_start_of("l")},

    // Nobody waits for what it tells: it spares a lookup.
    {.kind = Kind::weight, .name = "weight", .numbers = "flcwus",
     .fields = {}, .client = KindRow::Client::second,
     .states = {{{"remembered", "weights"}}},
     .state = only_state,
     .life = [](const Record& record, const Rule& /*rule*/) { return record.until - record.last; },
     .worth = little,
     .could_be_ours = [](const Fields& fields) {
         return fields.size() > 1 &&
                std::all_of(fields[0].begin(), fields[0].end(), [](char c) { return c >= 'a' && c <= 'z'; }) &&
                std::all_of(fields.begin(), fields.end(), is_short_field);
     },
     .key_start = key_start_of("flcwus")},

    {.kind = Kind::pair, .name = "pair", .numbers = "flc",
     .fields = {"client", "domain"}, .client = KindRow::Client::network_first,
     .states = {{{"young", "pairs young", Standing::passed},
                 {"known", "pairs known", Standing::passed}}},
     .state = pair_state,
     .life = max_age,
     .worth = [](const Record& record, Time last, const Rule& rule) {
         return pair_state(record, rule) == 1 ? Worth{Worth::Loss::in_use, record.count, last}
                                              : Worth{Worth::Loss::counting, 0, last};
     },
     .could_be_ours = [](const Fields& fields) {
         return fields.size() == 2 ? is_client_field(fields[0]) && is_address_field(fields[1])
                                   : fields.size() == 1 && is_hash(fields[0]);
     },
     .key_start = key_start_of("flc")},

    // They give way first: an account of ours that was broken into sends to many.
    {.kind = Kind::correspondent, .name = "correspondent", .numbers = "flc",
     .fields = {"domain", "recipient"}, .client = KindRow::Client::none,
     .states = {{{"written", "correspondents", Standing::passed}}},
     .state = only_state,
     .life = max_age,
     .worth = little,
     .could_be_ours = [](const Fields& fields) {
         return fields.size() == 2 ? is_address_field(fields[0]) && is_address_field(fields[1])
                                   : fields.size() == 1 && is_hash(fields[0]);
     },
     .key_start = key_start_of("flc")},
}};
// clang-format on

} // namespace

std::size_t KindRow::field_count() const {
    return static_cast<std::size_t>(std::ranges::find(fields, std::string_view{}) - fields.begin());
}

std::span<const KindRow> kind_rows() {
    return rows;
}

const KindRow* row_of(char letter) {
    const auto* row = std::ranges::find(rows, static_cast<Kind>(letter), &KindRow::kind);
    return row == rows.end() ? nullptr : row;
}

const KindRow& row_of(Kind kind) {
    return *row_of(static_cast<char>(kind));
}

const KindRow* row_named(std::string_view name) {
    const auto* row = std::ranges::find(rows, name, &KindRow::name);
    return row == rows.end() ? nullptr : row;
}

std::string kind_list(std::string_view between, std::string_view before_last, bool letters) {
    std::string list;
    for (const KindRow& row : rows) {
        list.append(&row == &rows.front() ? "" : &row == &rows.back() ? before_last : between);
        list.append(letters ? std::string(1, static_cast<char>(row.kind)) : std::string{row.name});
    }
    return list;
}

} // namespace greylist
