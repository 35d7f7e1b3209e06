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
#include "transfer/log_line.hpp"
#include "transfer/mailbox.hpp"
#include "transfer/traffic.hpp"
#include "transfer/words.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

namespace transfer {

namespace {

using sys::Address;

constexpr auto npos = std::string_view::npos;

enum class Form {
    word,      // no blank and no quotation mark
    any_word,  // no blank
    text,      // anything, up to a later field
    number,    //
    quoted,    // "…", in which \ stands before " and \.
    quotation, // "…", in which " stands as well
    mailbox,   //
    bracketed, // <mailbox> or <>
    mailboxes, // one after the other, with blanks between
    endpoint,  // [address]:port
    host,      // name [address]:port*, with DS between
    flag,      // nothing: the name is all
};

// A field as the line has it: its name, and where among the others it stands.
struct Field {
    int place;
    std::string_view name;
    Form form;
};

struct Grammar {
    std::span<const Field> fields;
    std::array<int, 2> needed; // the places of fields that are never missing, the first of them first
};

constexpr int place_of_protocol = 5;
constexpr int place_of_authentication = 12;
constexpr int place_of_size = 16;

constexpr std::array arrival_fields{Field{1, "I=", Form::endpoint},
                                    Field{2, "TFO*", Form::flag},
                                    Field{2, "TFO", Form::flag},
                                    Field{3, "U=", Form::text},
                                    Field{4, "Ci=", Form::word},
                                    Field{place_of_protocol, "P=", Form::word},
                                    Field{6, "L", Form::flag},
                                    Field{6, "L-", Form::flag},
                                    Field{6, "L.", Form::flag},
                                    Field{6, "L.-", Form::flag},
                                    Field{6, "L*", Form::flag},
                                    Field{6, "L*-", Form::flag},
                                    Field{7, "SPF=", Form::word},
                                    Field{7, "SPF", Form::flag},
                                    Field{8, "X=", Form::word},
                                    Field{9, "CV=", Form::word},
                                    Field{10, "DN=", Form::quotation},
                                    Field{11, "SNI=", Form::text},
                                    Field{place_of_authentication, "A=", Form::text},
                                    Field{13, "PRDR", Form::flag},
                                    Field{14, "PRX=", Form::word},
                                    Field{15, "K", Form::flag},
                                    Field{place_of_size, "S=", Form::number},
                                    Field{17, "M8S=", Form::number},
                                    Field{18, "DKIM=", Form::any_word},
                                    Field{19, "ARC", Form::flag},
                                    Field{20, "DMARC=", Form::word},
                                    Field{20, "DMARC", Form::flag},
                                    Field{21, "RT=", Form::word},
                                    Field{22, "Q=", Form::word},
                                    Field{23, "id=", Form::mailbox},
                                    Field{23, "id*=", Form::mailbox},
                                    Field{24, "T=", Form::quoted},
                                    Field{25, "from ", Form::bracketed},
                                    Field{26, "for ", Form::mailboxes}};
constexpr Grammar arrival{arrival_fields, {place_of_protocol, place_of_size}};

constexpr int place_of_transport = 5;

constexpr std::array delivery_fields{Field{1, "F=", Form::bracketed},
                                     Field{2, "Q=", Form::word},
                                     Field{3, "P=", Form::bracketed},
                                     Field{4, "R=", Form::word},
                                     Field{place_of_transport, "T=", Form::word},
                                     Field{6, "S=", Form::number},
                                     Field{7, "H=", Form::host},
                                     Field{8, "PRX=", Form::endpoint},
                                     Field{9, "I=", Form::endpoint},
                                     Field{10, "TFO*", Form::flag},
                                     Field{10, "TFO", Form::flag},
                                     Field{11, "ST=", Form::text},
                                     Field{11, "PS=", Form::text},
                                     Field{12, "X=", Form::word},
                                     Field{13, "CV=", Form::word},
                                     Field{14, "DN=", Form::quotation},
                                     Field{15, "A=", Form::text},
                                     Field{16, "L", Form::flag},
                                     Field{16, "L*", Form::flag},
                                     Field{17, "PRDR", Form::flag},
                                     Field{18, "K", Form::flag},
                                     Field{19, "DKIM=", Form::any_word},
                                     Field{20, "C=", Form::quoted},
                                     Field{21, "QT=", Form::word},
                                     Field{22, "DT=", Form::word}};
constexpr Grammar delivery{delivery_fields, {place_of_transport, place_of_transport}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) {
        ++at;
    }
    return at;
}

// All of these give where what begins at `at` ends, or npos where it is not that.

std::size_t word_end(std::string_view text, std::size_t at) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    return end > at ? end : npos;
}

std::size_t quoted_end(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '"') {
        return npos;
    }
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1 : 0;
    }
    return at < text.size() ? at + 1 : npos;
}

std::size_t mailbox_end(std::string_view text, std::size_t at) {
    const auto mailbox = mailbox_at_start(text.substr(std::min(at, text.size())));
    return mailbox ? at + mailbox->size() : npos;
}

std::size_t bracketed_end(std::string_view text, std::size_t at) {
    if (text.substr(at).starts_with("<>")) {
        return at + 2;
    }
    const std::size_t end = text.substr(at).starts_with('<') ? mailbox_end(text, at + 1) : npos;
    return end < text.size() && text[end] == '>' ? end + 1 : npos;
}

std::size_t mailboxes_end(std::string_view text, std::size_t at) {
    std::size_t end = mailbox_end(text, at);
    while (end < text.size() && text[end] == ' ') {
        end = mailbox_end(text, end + 1);
    }
    return end;
}

// `[ADDRESS]`, with or without a port.
struct Endpoint {
    std::optional<Address> address;
    std::size_t end = npos;
};

Endpoint endpoint_at(std::string_view text, std::size_t at) {
    const std::size_t close = at < text.size() && text[at] == '[' ? text.find(']', at) : npos;
    const auto address = close == npos ? std::nullopt : Address::parse(text.substr(at + 1, close - at - 1));
    if (!address) {
        return {};
    }
    const bool has_port = close + 2 < text.size() && text[close + 1] == ':' && is_digit(text[close + 2]);
    return {address, has_port ? skip_digits(text, close + 2) : close + 1};
}

std::size_t host_end(std::string_view text, std::size_t at) {
    std::size_t end = word_end(text, at);
    if (end == npos) {
        return npos;
    }
    if (constexpr std::string_view dnssec = " DS"; text.substr(end).starts_with(" DS [")) {
        end += dnssec.size();
    }
    const Endpoint endpoint = end < text.size() ? endpoint_at(text, end + 1) : Endpoint{};
    if (!endpoint.address) {
        return end;
    }
    return endpoint.end < text.size() && text[endpoint.end] == '*' ? endpoint.end + 1 : endpoint.end;
}

// A field that Exim does not write yet: NAME=VALUE, or a word in capitals.
std::size_t unknown_end(std::string_view text, std::size_t at) {
    constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-.";
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*_-";
    const std::size_t end = word_end(text, at);
    if (end == npos) {
        return npos;
    }
    const std::string_view word = text.substr(at, end - at);
    const std::size_t name = word.find_first_not_of(letters);
    const bool is_field = name != npos && name > 0 && word[name] == '=' && word.find('"') == npos;
    return is_field || word.find_first_not_of(capitals) == npos ? end : npos;
}

// From which places of a line on all the rest is fields in their order. One walk from the end to the
// beginning: a line costs time by its length, whatever stands in it.
class Readings {
  public:
    Readings(std::string_view line, const Grammar& grammar)
        : line_(line), grammar_(grammar), first_(line.size() + 1) {
        note(line.size(), at_end);
        for (std::size_t at = line.size(); at-- > 0;) {
            if (line[at] == ' ') {
                note(at, first_field(at + 1));
            }
        }
    }

    // Whether all from the blank at `at` on can be read, and no needed field is missing.
    [[nodiscard]] bool is_whole_from(std::size_t at) const {
        return first_[at] > 0 && first_[at] <= grammar_.needed[0];
    }
    // Whether this field may stand there or behind.
    [[nodiscard]] bool may_have(int place, std::size_t from) const {
        return std::find(first_.begin() + static_cast<std::ptrdiff_t>(from), first_.end(), place) !=
               first_.end();
    }

  private:
    static constexpr int at_end = std::numeric_limits<int>::max();

    // Up to which place the field behind the one at `place` may stand, as an index of limits: the next of the
    // needed ones, or the end.
    [[nodiscard]] std::size_t limit_behind(int place) const {
        return place < grammar_.needed[0] ? 0 : place < grammar_.needed[1] ? 1 : 2;
    }
    [[nodiscard]] int limit(std::size_t index) const { return index < 2 ? grammar_.needed[index] : at_end; }

    void note(std::size_t at, int place) {
        first_[at] = place;
        const bool is_quote = at > 0 && line_[at - 1] == '"';
        for (std::size_t index = 0; index < 3; ++index) {
            if (place <= limit(index)) {
                latest_[index] = std::max(latest_[index], place);
                latest_quote_[index] = std::max(latest_quote_[index], is_quote ? place : 0);
            }
        }
    }

    [[nodiscard]] bool may_follow(int place, std::size_t end) const {
        return end <= line_.size() && first_[end] > place && first_[end] <= limit(limit_behind(place));
    }

    // The place of the field at `at`, where it and all behind it can be read; else 0.
    [[nodiscard]] int first_field(std::size_t at) const {
        const std::string_view rest = line_.substr(at);
        for (const Field& field : grammar_.fields) {
            if (!rest.starts_with(field.name)) {
                continue;
            }
            const std::size_t value = at + field.name.size();
            if (field.form == Form::flag && value < line_.size() && line_[value] != ' ') {
                continue;
            }
            return is_read(field, value) ? field.place : 0;
        }
        const std::size_t end = unknown_end(line_, at);
        return end == npos || first_[end] == at_end ? 0 : first_[end];
    }

    [[nodiscard]] bool is_read(const Field& field, std::size_t value) const {
        const std::size_t index = limit_behind(field.place);
        switch (field.form) {
        case Form::text:
            return latest_[index] > field.place;
        case Form::quotation:
            return line_.substr(value).starts_with('"') && latest_quote_[index] > field.place;
        default:
            return may_follow(field.place, end_of(field.form, value));
        }
    }

    [[nodiscard]] std::size_t end_of(Form form, std::size_t value) const {
        switch (form) {
        case Form::word: {
            const std::size_t end = word_end(line_, value);
            return line_.substr(0, end).find('"', value) == npos ? end : npos;
        }
        case Form::any_word:
            return word_end(line_, value);
        case Form::number:
            return skip_digits(line_, value) > value ? skip_digits(line_, value) : npos;
        case Form::quoted:
            return quoted_end(line_, value);
        case Form::mailbox:
            return mailbox_end(line_, value);
        case Form::bracketed:
            return bracketed_end(line_, value);
        case Form::mailboxes:
            return mailboxes_end(line_, value);
        case Form::endpoint:
            return endpoint_at(line_, value).end;
        case Form::host:
            return host_end(line_, value);
        default:
            return value;
        }
    }

    std::string_view line_;
    const Grammar& grammar_;
    std::vector<int>
        first_; // at each blank, the place of the field behind it; 0 where the rest cannot be read
    // The latest place within each limit of the fields that have been read so far, for those whose end may be
    // anywhere; and of those with a quotation mark before them.
    std::array<int, 3> latest_{};
    std::array<int, 3> latest_quote_{};
};

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
Only<Address> client_in(std::string_view host, const Readings& readings, std::size_t offset,
                        bool& is_authenticated) {
    Only<Address> client;
    const auto try_at = [&](std::size_t at) {
        const Endpoint endpoint = endpoint_at(host, at);
        if (endpoint.address && readings.is_whole_from(offset + endpoint.end)) {
            client.add(*endpoint.address);
            is_authenticated =
                is_authenticated || readings.may_have(place_of_authentication, offset + endpoint.end);
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
    const Readings readings(rest, arrival);
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
    const Readings readings(text, delivery);
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
