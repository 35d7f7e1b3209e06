// Exim's main log, as its manual says in "Log files", with every log_selector:
//
//     [PID] ID <= SENDER R=ID DS H=HOST (HELO) [IP]:PORT I=[IP]:PORT U=IDENT P=PROTOCOL … A=NAME:USER …
//     S=SIZE
//         id=MESSAGE-ID T="SUBJECT" from <SENDER> for RECIPIENT RECIPIENT
//     ID => LOCAL PART (PARENT) <RECIPIENT> F=<SENDER> Q=QUEUE P=<RETURN PATH> R=ROUTER T=TRANSPORT …
//         C="RESPONSE"
//     ID Completed
//
// -> is a further recipient of one delivery, and >> one by cutthrough, before the message is there as well.
//
// Nearly all of it is chosen by others: HELO may be any text, and so may parts of addresses, the ident, the
// subject, a certificate's name. So a line is not searched for what looks like a field. It is read as Exim
// writes it, from its end to its beginning, in every way in which it can be read; where these give two
// clients or two recipients, it tells nothing.
#include "transfer/exim_fields.hpp"
#include "transfer/log_line.hpp"
#include "transfer/mailbox.hpp"
#include "transfer/traffic.hpp"
#include "transfer/words.hpp"

#include <algorithm>

namespace transfer {

namespace {

using sys::Address;

constexpr auto npos = std::string_view::npos;

// `one` or `other`, or nothing where they differ.
template <typename Value>
struct Only {
    std::optional<Value> value;
    bool is_doubtful = false;

    void add(Value another) {
        is_doubtful = is_doubtful || (value && *value != another);
        value = std::move(another);
    }
    [[nodiscard]] std::optional<Value> get() const { return is_doubtful ? std::nullopt : value; }
};

bool is_id(std::string_view word) {
    const auto is_base62 = [](std::string_view part) {
        return std::all_of(part.begin(), part.end(), [](char c) {
            return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        });
    };
    const auto parts = split(word, '-');
    return parts.size() == 3 && parts[0].size() == 6 && std::all_of(parts.begin(), parts.end(), is_base62) &&
           ((parts[1].size() == 6 && parts[2].size() == 2) ||
            (parts[1].size() == 11 && parts[2].size() == 4));
}

// What stands before H=: the id of the message that this one is about, and DS.
std::string_view before_host(std::string_view rest) {
    if (rest.starts_with(" R=")) {
        rest.remove_prefix(std::min(rest.find(' ', 1), rest.size()));
    }
    constexpr std::string_view dnssec = " DS";
    rest.remove_prefix(rest.starts_with(" DS ") ? dnssec.size() : 0);
    return rest;
}

// Where the address of the client may stand in `NAME (HELO) [IP]…`, with what is behind it.
Only<Address> client_in(std::string_view host, const EximFields& readings, std::size_t offset,
                        bool& is_authenticated) {
    Only<Address> client;
    const auto try_at = [&](std::size_t at) {
        const Endpoint endpoint = endpoint_at(host, at);
        if (endpoint.address && readings.is_whole_from(offset + endpoint.end)) {
            client.add(*endpoint.address);
            is_authenticated = is_authenticated || readings.may_be_authenticated(offset + endpoint.end);
        }
    };
    std::size_t helo = 0;
    if (!host.starts_with('(') && !host.starts_with('[')) {
        helo = std::min(host.find(' '), host.size() - 1) + 1;
    }
    if (!host.substr(helo).starts_with('(')) {
        try_at(helo);
        return client;
    }
    for (std::size_t end = host.find(") [", helo); end != npos; end = host.find(") [", end + 1)) {
        try_at(end + 2);
    }
    return client;
}

Event arrival_of(std::string_view id, std::string_view text) {
    Event event = event_of(Event::What::arrival, id);
    const auto sender = text.starts_with("<>") ? std::optional{text.substr(0, 2)} : mailbox_at_start(text);
    if (!sender) {
        return event;
    }
    event.sender = std::string{*sender == "<>" ? std::string_view{} : *sender};
    const std::string_view rest = before_host(text.substr(sender->size()));
    constexpr std::string_view mark = " H=";
    if (!rest.starts_with(mark)) {
        return event; // from this host
    }
    const auto readings = EximFields::of_arrival(rest);
    event.client = client_in(rest.substr(mark.size()), readings, mark.size(), event.is_authenticated).get();
    return event;
}

// The recipients that `LOCAL PART (PARENT) <RECIPIENT>`, or an address alone, may mean.
void add_recipients(std::string_view text, Only<std::string>& recipients) {
    if (is_mailbox(text)) {
        recipients.add(unquoted(text));
    }
    if (!text.ends_with('>')) {
        return;
    }
    for (std::size_t at = text.find(" <"); at != npos; at = text.find(" <", at + 1)) {
        if (const std::string_view inner = text.substr(at + 2, text.size() - at - 3); is_mailbox(inner)) {
            recipients.add(unquoted(inner));
        }
    }
}

Event delivery_of(std::string_view id, std::string_view text) {
    const auto readings = EximFields::of_delivery(text);
    Only<std::string> recipients;
    for (std::size_t at = text.find(' '); at != npos; at = text.find(' ', at + 1)) {
        if (readings.is_whole_from(at)) {
            add_recipients(text.substr(0, at), recipients);
        }
    }
    const auto recipient = recipients.get();
    const std::size_t response = text.rfind(" C=\"");
    constexpr std::string_view thrown_away = " T=**bypassed**"; // to /dev/null
    if (!recipient || text.find(thrown_away) != npos ||
        (response != npos && says_discarded(text.substr(response)))) {
        return {};
    }
    Event event = event_of(Event::What::delivery, id);
    event.recipient = *recipient;
    return event;
}

// `[PID] `, and Exim's own time where the line came by syslog.
std::string_view without_start(std::string_view text) {
    const std::string_view stamp = stamp_at_start(text);
    text = trimmed(text.substr(stamp.size()));
    const std::size_t end = text.find("] ");
    return text.starts_with('[') && end != npos && skip_digits(text, 1) == end ? text.substr(end + 2) : text;
}

} // namespace

std::optional<Event> exim_event(std::string_view text, std::size_t whole) {
    const std::size_t size = text.size();
    text = without_start(text);
    const std::string_view id = text.substr(0, text.find(' '));
    if (!is_id(id)) {
        return std::nullopt;
    }
    text.remove_prefix(std::min(id.size() + 1, text.size()));
    if (text == "Completed" || text.starts_with("Completed ")) {
        return event_of(Event::What::end, id);
    }
    constexpr std::size_t flag_size = 3;
    const std::string_view flag = text.substr(0, flag_size);
    if (size >= whole || flag.size() < flag_size) {
        return Event{};
    }
    text.remove_prefix(flag_size);
    if (flag == "<= ") {
        return arrival_of(id, text);
    }
    Event event = flag == "=> " || flag == "-> " || flag == ">> " ? delivery_of(id, text) : Event{};
    event.is_early = flag == ">> ";
    return event;
}

} // namespace transfer
