// Who has sent mail to whom, from an Exim main log or a Postfix log. Only what came in from another host and
// was delivered counts; what came with authentication does not, because the greylist never asks there: it tells
// whom ours have written to, where that is asked for. Lines of other kinds are passed over: a log is full of them.
//
// How a line starts is said in log_line.hpp, what it says of a message in exim_log.cpp and postfix_log.cpp.
#include "transfer/format.hpp"
#include "transfer/log_line.hpp"
#include "transfer/traffic.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace transfer {

namespace {

using sys::Address;

// A message between its arrival and its delivery.
struct Message {
    std::optional<Address> client;
    std::optional<std::string> sender;
    bool is_authenticated = false;
    std::vector<std::pair<std::string, Time>> early; // delivered before it was there: Exim's cutthrough
};

// Logs of busy hosts leave messages without an end: when there are as many again, the oldest are given up.
class Messages {
  public:
    // Makes it, where it is not there.
    Message& at(std::string_view id) {
        if (Message* const known = find(id)) {
            return *known;
        }
        if (young_.size() >= most_young) {
            old_ = std::exchange(young_, {});
        }
        return young_[std::string{id}];
    }

    Message* find(std::string_view id) {
        for (auto* const messages : {&young_, &old_}) {
            if (const auto found = messages->find(id); found != messages->end()) {
                return &found->second;
            }
        }
        return nullptr;
    }

    void erase(std::string_view id) {
        for (auto* const messages : {&young_, &old_}) {
            if (const auto found = messages->find(id); found != messages->end()) {
                messages->erase(found);
            }
        }
    }

  private:
    static constexpr std::size_t most_young = 50'000;
    std::map<std::string, Message, std::less<>> young_;
    std::map<std::string, Message, std::less<>> old_;
};

// Exim's own limit is 8 KiB a line, and it sends syslog pieces of 870 bytes: what is as long may have been
// cut.
constexpr std::size_t whole_in_file = 8000;
constexpr std::size_t whole_in_syslog = 870;
constexpr std::size_t most_early = 100;
constexpr std::size_t most_authenticated = 100'000;

// No more of it than SMTP allows (RFC 5321, 4.5.3.1: 64 and 255 bytes), escaped or quoted.
constexpr std::size_t longest_mailbox = 1024;
std::optional<std::string> kept(const std::optional<std::string>& mailbox) {
    return mailbox ? std::optional{mailbox->substr(0, longest_mailbox)} : std::nullopt;
}

// Of no message.
bool is_other_line_of_exim(std::string_view text) {
    constexpr std::array<std::string_view, 16> starts{"Start queue run",
                                                      "End queue run",
                                                      "exim ",
                                                      "H=",
                                                      "no host name found",
                                                      "no IP address found",
                                                      "SMTP ",
                                                      "TLS ",
                                                      "rejected ",
                                                      "unexpected ",
                                                      "connection from",
                                                      "Connection from",
                                                      "refused connection",
                                                      "daemon: ",
                                                      "cwd=",
                                                      "Warning: "};
    return std::any_of(starts.begin(), starts.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

class LogReader : public Reader {
  public:
    LogReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        const auto parts = log_line_of(line);
        if (!parts) {
            return false;
        }
        auto event = exim_event(parts->rest, whole_in_file);
        if (!event) {
            event = exim_event(parts->text, whole_in_syslog);
        }
        if (!event) {
            event = postfix_event(parts->program, parts->text);
        }
        if (event) {
            take_event(*event, parts->stamp, number);
        }
        return event || is_other_line_of_exim(parts->rest);
    }

    void finish() override {
        for (auto& [address, client] : clients_) {
            sink_.take(std::move(client));
        }
    }

  private:
    void take_event(const Event& event, std::string_view stamp, std::size_t number);
    void arrive(const Event& event);
    void deliver(const Message& message, const std::string& recipient, Time time);

    Home home_;
    Sink sink_;
    Messages messages_;
    std::map<std::string, Record> clients_;
    // Senders with authentication of what went on to a filter before it had an id.
    std::set<std::string> authenticated_;
};

void LogReader::take_event(const Event& event, std::string_view stamp, std::size_t number) {
    Message* const known = messages_.find(event.id);
    switch (event.what) {
    case Event::What::arrival:
        arrive(event);
        break;
    case Event::What::sender:
        if (known != nullptr) {
            known->sender = kept(event.sender);
        }
        break;
    case Event::What::delivery:
        if (!event.is_early && (known == nullptr || !known->sender)) {
            break;
        }
        if (const auto time = time_of(stamp, home_.now); !time) {
            sink_.complain(number, "no time at its beginning");
        } else if (known != nullptr && known->sender) {
            deliver(*known, event.recipient, *time);
        } else if (Message& message = messages_.at(event.id); message.early.size() < most_early) {
            message.early.emplace_back(*kept(event.recipient), *time);
        }
        break;
    case Event::What::end:
        messages_.erase(event.id);
        break;
    case Event::What::nothing:
        break;
    }
}

void LogReader::arrive(const Event& event) {
    if (event.id == "NOQUEUE") { // goes to a filter before it has an id
        if (event.is_authenticated && event.client && authenticated_.size() < most_authenticated) {
            authenticated_.insert(event.client->text());
        }
        return;
    }
    if (!event.came_before_as.empty() && messages_.find(event.came_before_as) != nullptr) {
        messages_.erase(event.id); // it counts as what it was when it came
        return;
    }
    Message& message = messages_.at(event.id);
    message.client = event.client && !is_loopback(*event.client) ? event.client : std::nullopt;
    message.is_authenticated =
        event.is_authenticated || (message.client && authenticated_.contains(message.client->text()));
    message.sender = kept(event.sender);
    for (const auto& [recipient, time] : std::exchange(message.early, {})) {
        deliver(message, recipient, time);
    }
}

void LogReader::deliver(const Message& message, const std::string& recipient, Time time) {
    if (home_.outgoing) {
        const auto key = message.is_authenticated && message.sender
                             ? greylist::correspondent_of(recipient, *message.sender, home_.grouping)
                             : std::nullopt;
        if (key) {
            sink_.take({*key, time, time, 1});
        }
        return;
    }
    if (!message.client || !message.sender || message.is_authenticated) {
        return;
    }
    sink_.take(
        passed(greylist::triplet_of(*message.client, *message.sender, recipient, home_.grouping), time));

    const Key key = greylist::client_of(*message.client, home_.grouping);
    const auto known = clients_.find(key.text);
    const auto counted = greylist::first_success(
        key, known == clients_.end() ? std::nullopt : std::optional{known->second}, time);
    if (counted) {
        clients_.insert_or_assign(key.text, *counted);
    }
}

} // namespace

std::unique_ptr<Reader> log_reader(const Home& home, const Sink& sink) {
    return std::make_unique<LogReader>(home, sink);
}

} // namespace transfer
