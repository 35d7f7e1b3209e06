// Who has sent mail to whom, from an Exim main log or a Postfix log:
//
//     2026-11-21 20:53:45 1abcDE-000123-AB <= alice@example.net H=mail.example.net [192.0.2.1] P=esmtp … for
//     bob@example.org 2026-11-21 20:53:46 1abcDE-000123-AB => bob <bob@example.org> F=<alice@example.net>
//     R=local T=mbox 2026-11-21T20:53:45.123+00:00 mx postfix/smtpd[1]: 4AB12:
//     client=mail.example.net[192.0.2.1] Nov 21 20:53:45 mx postfix/qmgr[2]: 4AB12: from=<alice@example.net>,
//     size=300, nrcpt=1 (queue active) Nov 21 20:53:46 mx postfix/local[3]: 4AB12: to=<bob@example.org>,
//     relay=local, …, status=sent (…)
//
// Only what came in from another host and was delivered counts; what came with authentication does not,
// because the greylist never asks there. Lines of other kinds are passed over: a log is full of them.
#include "moving/format.hpp"
#include "moving/words.hpp"

#include "system/address.hpp"

#include <ctime>
#include <map>

namespace moving {

namespace {

using sys::Address;

// A message between its arrival and its delivery.
struct Message {
    std::optional<Address> client;
    std::optional<std::string> sender;
    bool is_authenticated = false;
};

// Logs of busy hosts leave messages without an end: the oldest are given up.
constexpr std::size_t most_messages = 100'000;

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
}

// 2026-11-21 20:53:45, 2026-11-21T20:53:45+01:00, or Nov 21 20:53:45: the latest one that is not after `now`.
// Without a zone, local time.
std::optional<Time> time_in(std::string_view line, Time now) {
    const std::string start{line.substr(0, 40)};
    std::tm parts{};
    parts.tm_isdst = -1;
    const char* end = strptime(start.c_str(), "%Y-%m-%d", &parts);
    if (end != nullptr && (*end == ' ' || *end == 'T')) {
        end = strptime(end + 1, "%H:%M:%S", &parts);
        if (end == nullptr) {
            return std::nullopt;
        }
        if (*end == '.') {
            end += 1 + std::string_view{end + 1}.find_first_not_of("0123456789");
        }
        std::tm zone{};
        if (const char* zone_start = *end == ' ' ? end + 1 : end;
            strptime(zone_start, "%z", &zone) != nullptr) {
            return Time{Seconds{timegm(&parts) - zone.tm_gmtoff}};
        }
        return Time{Seconds{std::mktime(&parts)}};
    }
    if (strptime(start.c_str(), "%b %d %H:%M:%S", &parts) == nullptr) {
        return std::nullopt;
    }
    std::tm today{};
    const std::time_t seconds = now.time_since_epoch().count();
    localtime_r(&seconds, &today);
    for (const int year : {today.tm_year, today.tm_year - 1}) {
        std::tm dated = parts;
        dated.tm_year = year;
        const Time time{Seconds{std::mktime(&dated)}};
        if (time <= now + std::chrono::days{1}) {
            return time;
        }
    }
    return std::nullopt;
}

class LogReader : public Reader {
  public:
    LogReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    void take(std::string_view line, std::size_t number) override {
        const std::size_t postfix = line.find(" postfix");
        const std::size_t colon = line.find("]: ", postfix);
        if (postfix != std::string_view::npos && colon != std::string_view::npos) {
            take_postfix(line, line.substr(colon + 3), number);
        } else {
            take_exim(line, number);
        }
    }

    void finish() override {
        for (auto& [address, client] : clients_) {
            sink_.take(std::move(client));
        }
    }

  private:
    void take_exim(std::string_view line, std::size_t number);
    void take_postfix(std::string_view line, std::string_view entry, std::size_t number);
    void deliver(const Message& message, std::string_view recipient, std::string_view line,
                 std::size_t number);
    Message& message(std::string_view id);

    Home home_;
    Sink sink_;
    std::map<std::string, Message, std::less<>> messages_;
    std::map<std::string, Record> clients_;
};

Message& LogReader::message(std::string_view id) {
    if (messages_.size() >= most_messages) {
        messages_.erase(messages_.begin());
    }
    return messages_[std::string{id}];
}

void LogReader::take_exim(std::string_view line, std::size_t number) {
    for (const std::string_view mark : {" <= ", " => ", " -> ", " Completed"}) {
        const std::size_t at = line.find(mark);
        if (at == std::string_view::npos) {
            continue;
        }
        const std::string_view before = line.substr(0, at);
        const std::string_view id = before.substr(before.find_last_of(' ') + 1);
        const std::string_view rest = line.substr(at + mark.size());
        if (mark == " <= ") {
            const std::string_view host = rest.substr(std::min(rest.find(" H="), rest.size()));
            const auto address = between(host, "[", "]");
            Message& arrived = message(id);
            arrived.client = address ? Address::parse(*address) : std::nullopt;
            arrived.sender = without_brackets(first_word(rest));
            arrived.is_authenticated = rest.find(" A=") != std::string_view::npos;
        } else if (const auto found = messages_.find(id); found != messages_.end()) {
            if (mark == " Completed") {
                messages_.erase(found);
                return;
            }
            // `bob <bob@example.org>`: the address that was asked for stands in the brackets
            const std::string_view upto_fields = rest.substr(0, rest.find(" R="));
            const auto original = between(upto_fields.substr(0, upto_fields.find(" F=")), "<", ">");
            deliver(found->second, original ? *original : first_word(rest), line, number);
        }
        return;
    }
}

void LogReader::take_postfix(std::string_view line, std::string_view entry, std::size_t number) {
    const std::size_t colon = entry.find(": ");
    if (colon == std::string_view::npos) {
        return;
    }
    const std::string_view id = entry.substr(0, colon);
    const std::string_view rest = entry.substr(colon + 2);
    if (rest.starts_with("client=")) {
        const auto address = between(rest, "[", "]");
        Message& arrived = message(id);
        arrived.client = address ? Address::parse(*address) : std::nullopt;
        arrived.is_authenticated = rest.find("sasl_username=") != std::string_view::npos;
        return;
    }
    const auto found = messages_.find(id);
    if (found == messages_.end()) {
        return;
    }
    if (rest.starts_with("from=<")) {
        found->second.sender = between(rest, "<", ">").value_or("");
    } else if (rest == "removed") {
        messages_.erase(found);
    } else if (rest.starts_with("to=<") && rest.find("status=sent") != std::string_view::npos) {
        const auto original = between(rest, "orig_to=<", ">");
        deliver(found->second, original ? *original : between(rest, "<", ">").value_or(""), line, number);
    }
}

void LogReader::deliver(const Message& message, std::string_view recipient, std::string_view line,
                        std::size_t number) {
    if (!message.client || !message.sender || message.is_authenticated) {
        return;
    }
    const auto time = time_in(line, home_.now);
    if (!time) {
        sink_.complain(number, "no time at its beginning");
        return;
    }
    sink_.take(
        passed(greylist::triplet_of(*message.client, *message.sender, recipient, home_.grouping), *time));

    const Key key = greylist::client_of(*message.client, home_.grouping);
    const auto known = clients_.find(key.text);
    const auto counted = greylist::first_success(
        key, known == clients_.end() ? std::nullopt : std::optional{known->second}, *time);
    if (counted) {
        clients_.insert_or_assign(key.text, *counted);
    }
}

} // namespace

std::unique_ptr<Reader> log_reader(const Home& home, const Sink& sink) {
    return std::make_unique<LogReader>(home, sink);
}

} // namespace moving
