#include "store/redis/redis_store.hpp"

#include "store/redis/record_text.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <utility>

namespace redis {

namespace {

constexpr std::string_view script = "local there = redis.call('GET', KEYS[1]) or '' "
                                    "if there ~= ARGV[1] then return there end "
                                    "if ARGV[2] == '' then redis.call('DEL', KEYS[1]) "
                                    "else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end "
                                    "return 1";

// Some thousand bytes at most are ours; no more than this is taken from a server that went wrong.
constexpr std::size_t most_bytes = std::size_t{64} * 1024;

} // namespace

std::string compare_and_set(const std::string& name, const std::string& seen, const std::string& value,
                            std::int64_t seconds) {
    return command({"EVAL", script, "1", name, seen, value, std::to_string(seconds)});
}

Servers servers_of(const store::Settings& settings, std::size_t most_bytes_of_one) {
    auto servers = servers_in(settings.name);
    if (servers.empty()) {
        throw sys::Trouble("use", sys::cleaned(settings.name, 100), "expected redis:SERVER[,SERVER...]");
    }
    return {settings.name, std::move(servers), login_in(settings.password_file), most_bytes_of_one};
}

RedisStore::RedisStore(const store::Settings& settings, const store::Keeping& keeping, Allowance& time)
    : name_(settings.name), prefix_(settings.prefix), servers_(servers_of(settings, most_bytes)),
      keeping_(keeping), time_(time) {}

// Nothing that was fetched for an earlier request, or at an earlier step of this one, holds any more.
void RedisStore::keep(const store::Keeping& keeping) {
    keeping_ = keeping;
    expected_.clear();
    fetched_.clear();
    servers_.rest();
}

void RedisStore::expect(const std::vector<greylist::Key>& keys) {
    for (const greylist::Key& key : keys) {
        expected_.push_back(name_of(prefix_, key));
    }
}

// By one command for each, in one trip: MGET would need one more right, and a cluster where all keys lie together.
const std::string& RedisStore::fetched(const std::string& name) {
    if (servers_.turn() != fetched_in_) {
        fetched_.clear();
        fetched_in_ = servers_.turn();
    }
    if (const auto found = fetched_.find(name); found != fetched_.end()) {
        return found->second;
    }
    std::vector<std::string> names = std::exchange(expected_, {});
    if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
    }
    std::vector<std::string> commands;
    commands.reserve(names.size());
    for (const std::string& one : names) {
        commands.push_back(command({"GET", one}));
    }
    std::vector<Reply> replies = servers_.ask(commands);
    for (std::size_t i = 0; i < names.size(); ++i) {
        fetched_.insert_or_assign(names[i], std::move(replies[i].text));
    }
    return fetched_.at(name);
}

// Of what nobody of ours can have written nothing is believed.
std::optional<Record> RedisStore::record_at(const greylist::Key& key, const std::string& value) {
    if (value.empty()) {
        return std::nullopt;
    }
    const auto record = record_in(key, value);
    if (!record) {
        remarks_.push_back("state " + name_ + ": the value of " + clean_text(key) +
                           " is not a record: it starts over");
    }
    return record && keeping_.is_forgotten(*record) ? std::nullopt : record;
}

// False, with what is there in `seen`, where another has been quicker.
bool RedisStore::store_if(const std::string& name, std::string& seen, const greylist::Record& record) {
    const std::int64_t seconds = kept_for(record, keeping_);
    const std::string value = seconds > 0 ? value_of(record) : std::string{};
    std::vector<Reply> replies = servers_.ask({compare_and_set(name, seen, value, seconds)});
    const bool is_stored = replies.front().kind == Reply::Kind::integer;
    seen = is_stored ? value : replies.front().text;
    fetched_.insert_or_assign(name, seen);
    return is_stored;
}

void RedisStore::update(const greylist::Key& key, const store::Step& step) {
    const std::string name = name_of(prefix_, key);
    servers_.run(time_, [&] {
        std::string seen = fetched(name);
        while (true) {
            const auto record = step(record_at(key, seen));
            if (!record || store_if(name, seen, *record)) {
                return;
            }
        }
    });
}

store::Store::Glance RedisStore::glance(const greylist::Key& key) {
    try {
        Glance result{.is_certain = true};
        const std::string name = name_of(prefix_, key);
        servers_.run(time_, [&] { result.seen = record_at(key, fetched(name)); });
        return result;
    } catch (const sys::Trouble&) {
        return {.is_certain = false};
    }
}

} // namespace redis
