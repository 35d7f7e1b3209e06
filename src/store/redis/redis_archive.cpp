#include "store/redis/redis_archive.hpp"

#include "greylist/triplet.hpp"
#include "store/redis/record_text.hpp"
#include "store/redis/redis_store.hpp"
#include "system/lines.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <sodium/crypto_shorthash.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

namespace redis {

namespace {

using greylist::Record;
using store::Checked;
using store::Progress;
using store::Time;

// At one time: the server serves nobody else for some hundred microseconds.
constexpr std::size_t batch_size = 200;
constexpr std::size_t most_bytes = std::size_t{8} * 1024 * 1024;

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional{number}
                                                                         : std::nullopt;
}

// What INFO says under a name; empty where it does not.
std::string_view said_of(std::string_view name, std::string_view information) {
    while (!information.empty()) {
        const std::string_view line = sys::take_line(information);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
            return line.substr(name.size() + 1);
        }
    }
    return {};
}

std::uint64_t figure_of(std::string_view name, std::string_view information) {
    return number_in(said_of(name, information)).value_or(0);
}

// SCAN may tell a key twice. By a sum of eight bytes for each, since names fill the memory; with a seed of this
// moment, because senders choose the names.
class Told {
  public:
    Told() {
        if (getrandom(seed_.data(), seed_.size(), 0) != static_cast<ssize_t>(seed_.size())) {
            throw sys::Trouble("get", "random bytes", errno);
        }
    }
    bool is_new(std::string_view name) {
        std::array<std::uint8_t, crypto_shorthash_BYTES> sum{};
        crypto_shorthash(sum.data(), reinterpret_cast<const std::uint8_t*>(name.data()), name.size(),
                         seed_.data());
        std::uint64_t number = 0;
        for (const std::uint8_t byte : sum) {
            number = number << 8U | byte;
        }
        return told_.insert(number).second;
    }

  private:
    std::array<std::uint8_t, crypto_shorthash_KEYBYTES> seed_{};
    std::unordered_set<std::uint64_t> told_;
};

bool is_stored(const Reply& reply) {
    return reply.kind == Reply::Kind::integer;
}

} // namespace

RedisArchive::RedisArchive(const store::Settings& settings, const store::Keeping& keeping)
    : prefix_(settings.prefix), keeping_(keeping), timeout_(settings.timeout),
      servers_(servers_of(settings, most_bytes)) {}

// Each trip has the time that a request has for all of it, and a tool's patience.
std::vector<Reply> RedisArchive::ask(const std::vector<std::string>& commands) {
    constexpr int patience = 10;
    Allowance time{.left = timeout_ * patience};
    std::vector<Reply> replies;
    servers_.run(time, [&] { replies = servers_.ask(commands); });
    return replies;
}

// By a change of nothing: a replica, or a node of a cluster that has others' keys, refuses it, and the next one is
// asked. Where none takes it, what can be read is read.
void RedisArchive::take_the_one_to_write_to() {
    try {
        ask({compare_and_set(prefix_, "", "", 0)});
    } catch (const sys::Trouble&) {
        return;
    }
}

std::string RedisArchive::information() {
    return ask({command({"INFO"})}).front().text;
}

void RedisArchive::each_batch(const std::function<void(const Batch&)>& look, const Progress& progress) {
    take_the_one_to_write_to();
    const auto all = static_cast<std::uint64_t>(std::max(1LL, ask({command({"DBSIZE"})}).front().number));
    const std::string pattern = prefix_ + '*';
    const std::string count = std::to_string(batch_size);
    Told told;
    std::string cursor{"0"};
    std::uint64_t done = 0;
    do {
        const unsigned turn = servers_.turn();
        const auto replies = ask({command({"SCAN", cursor, "MATCH", pattern, "COUNT", count})});
        const auto& found = replies.front().items;
        // Another server's way through its keys is another.
        if (turn != servers_.turn() && cursor != "0") {
            throw sys::Trouble("read", "the state", "its server changed meanwhile");
        }
        if (found.size() != 2 || !number_in(found[0].text)) {
            throw sys::Trouble("read", "the state", "an answer to SCAN that is none");
        }
        cursor = found[0].text;
        Batch batch;
        Words words{"MGET"};
        for (const Reply& name : found[1].items) {
            auto key = key_in(prefix_, name.text);
            if (key && told.is_new(name.text)) {
                batch.push_back({name.text, *std::move(key), {}});
            }
        }
        for (const Entry& entry : batch) {
            words.push_back(entry.name);
        }
        if (!batch.empty()) {
            auto values = ask({command(words)}).front().items;
            if (values.size() != batch.size()) {
                throw sys::Trouble("read", "the state", "an answer to MGET that is none");
            }
            for (std::size_t i = 0; i < batch.size(); ++i) {
                batch[i].value = std::move(values[i].text);
            }
            std::erase_if(batch, [](const Entry& entry) { return entry.value.empty(); }); // gone meanwhile
            look(batch);
        }
        done = std::min(done + batch_size, all);
        progress(static_cast<unsigned>(done * (store::all_done - 1) / all));
    } while (cursor != "0");
    progress(store::all_done);
}

void RedisArchive::each_record(const std::function<void(const Record&)>& look, const Progress& progress) {
    each_batch(
        [&](const Batch& batch) {
            for (const Entry& entry : batch) {
                if (const auto record = record_in(entry.key, entry.value)) {
                    look(*record);
                }
            }
        },
        progress);
}

store::Swept RedisArchive::sweep(Time now, const std::function<bool(const Record&)>& may_go,
                                 const Progress& progress) {
    store::Swept swept;
    const auto sweep_batch = [&](const Batch& batch) {
        std::vector<std::string> commands;
        std::vector<bool> erases;
        for (const Entry& entry : batch) {
            const auto record = record_in(entry.key, entry.value);
            const bool goes = record && may_go(*record);
            if (goes) {
                commands.push_back(compare_and_set(entry.name, entry.value, "", 0));
                erases.push_back(true);
            } else if (record && as_of(*record, now) != *record) {
                const Record from_now = as_of(*record, now);
                commands.push_back(compare_and_set(entry.name, entry.value, value_of(from_now),
                                                   kept_for(from_now, keeping_)));
                erases.push_back(false);
            }
            swept.left += goes ? 0 : 1;
        }
        if (commands.empty()) {
            return;
        }
        const auto replies = ask(commands);
        for (std::size_t i = 0; i < replies.size(); ++i) {
            if (erases[i]) { // of what another has changed meanwhile, it is as if it had come later
                ++(is_stored(replies[i]) ? swept.erased : swept.left);
            }
        }
    };
    each_batch(sweep_batch, progress);
    return swept;
}

std::vector<RedisArchive::Merging> RedisArchive::merging(std::span<const Record> records) {
    std::vector<Merging> result;
    result.reserve(records.size());
    std::vector<std::string> commands;
    commands.reserve(records.size());
    for (const Record& record : records) {
        result.push_back({{name_of(prefix_, record.key), record.key, {}}, &record});
        commands.push_back(command({"GET", result.back().there.name}));
    }
    auto replies = ask(commands);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i].there.value = std::move(replies[i].text);
    }
    return result;
}

// Leaves those that another was quicker to change, with what is there then.
void RedisArchive::store_merged(std::vector<Merging>& open, const store::Merge& merge) {
    std::vector<std::string> commands;
    commands.reserve(open.size());
    for (const Merging& one : open) {
        const auto seen = record_in(one.there.key, one.there.value);
        const Record stored = seen ? merge(*seen, *one.incoming) : *one.incoming;
        const std::int64_t seconds = kept_for(stored, keeping_);
        commands.push_back(compare_and_set(one.there.name, one.there.value,
                                           seconds > 0 ? value_of(stored) : std::string{}, seconds));
    }
    auto replies = ask(commands);
    std::vector<Merging> still_open;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (!is_stored(replies[i])) {
            open[i].there.value = std::move(replies[i].text);
            still_open.push_back(std::move(open[i]));
        }
    }
    open = std::move(still_open);
}

void RedisArchive::store_all(std::vector<Record> records, const store::Merge& merge,
                             const Progress& progress) {
    constexpr int most_rounds = 100;
    const std::span<const Record> all{records};
    for (std::size_t begin = 0; begin < all.size(); begin += batch_size) {
        const std::size_t size = std::min(batch_size, all.size() - begin);
        auto open = merging(all.subspan(begin, size));
        for (int round = 0; !open.empty(); ++round) {
            if (round == most_rounds) {
                throw sys::Trouble("write", "the state", "records that others change all the time");
            }
            store_merged(open, merge);
        }
        progress(static_cast<unsigned>((begin + size) * store::all_done / all.size()));
    }
}

Checked RedisArchive::check(const Progress& progress) {
    Checked result;
    const auto time = ask({command({"TIME"})}).front().items;
    const auto seconds = time.empty() ? std::nullopt : number_in(time.front().text);
    const std::int64_t ahead =
        seconds ? static_cast<std::int64_t>(*seconds) - keeping_.now.time_since_epoch().count() : 0;
    each_batch(
        [&](const Batch& batch) {
            for (const Entry& entry : batch) {
                const std::string which = clean_text(entry.key) + ": ";
                if (!record_in(entry.key, entry.value)) {
                    result.findings.push_back(which + "its value is not a record");
                } else if (!could_be_ours(entry.key) && !is_notice(entry.key)) {
                    result.findings.push_back(which + "its key is none that greyonce writes");
                }
            }
        },
        progress);

    const std::string information = this->information();
    const std::string_view role = said_of("role", information);
    const std::string_view valkey = said_of("valkey_version", information);
    result.remarks.push_back(std::string{"the server is a "}.append(role).append(" of ").append(
                                 valkey.empty()
                                     ? std::string{"Redis "}.append(said_of("redis_version", information))
                                     : std::string{"Valkey "}.append(valkey)) +
                             ": " + servers_.server().text);
    if (role != "master") {
        result.findings.push_back("it cannot be written to: its master is " +
                                  std::string{said_of("master_host", information)} + ':' +
                                  std::string{said_of("master_port", information)});
    }
    if (figure_of("aof_enabled", information) == 0 && figure_of("rdb_saves", information) == 0) {
        result.remarks.emplace_back(
            "nothing of it is on a disk: no append-only file, and no snapshot since its "
            "start; it may forget everything when it ends");
    }
    if (said_of("rdb_last_bgsave_status", information) == "err" ||
        said_of("aof_last_write_status", information) == "err") {
        result.findings.emplace_back("its last write to the disk failed");
    }
    const std::string_view policy = said_of("maxmemory_policy", information);
    if (figure_of("maxmemory", information) > 0 && policy == "noeviction") {
        result.remarks.emplace_back("maxmemory-policy is noeviction: when its memory is full, nothing new is "
                                    "remembered and all mail passes; volatile-ttl lets the least go first");
    } else if (figure_of("maxmemory", information) > 0 && policy != "volatile-ttl") {
        result.findings.push_back("maxmemory-policy is " + std::string{policy} +
                                  ": who has passed may go before who waits; use volatile-ttl");
    }
    if (std::abs(ahead) > 5) {
        result.findings.push_back("its clock is " + std::to_string(std::abs(ahead)) + " s " +
                                  (ahead > 0 ? "ahead of" : "behind") + " this machine's");
    }
    return result;
}

greylist::Extent RedisArchive::extent() {
    const std::string information = this->information();
    const std::uint64_t used = figure_of("used_memory", information);
    return {.measures = {{"keys of the server", "server_keys", "Keys of the server, others' among them.",
                          static_cast<std::uint64_t>(ask({command({"DBSIZE"})}).front().number)},
                         {"bytes of its memory", "server_memory_bytes", "Memory that the server uses.", used},
                         {"bytes it may take (0: any)", "server_memory_limit_bytes",
                          "Memory that the server may use, 0 for no limit.",
                          figure_of("maxmemory", information)}},
            .bytes = used};
}

} // namespace redis
