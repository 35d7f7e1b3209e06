#include "transfer/exim_fields.hpp"

#include "transfer/mailbox.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace transfer {

namespace {

using sys::Address;

constexpr auto npos = std::string_view::npos;
constexpr int at_end = std::numeric_limits<int>::max(); // a place behind all others

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

} // namespace

// A field as the line has it: its name, and where among the others it stands.
struct EximField {
    int place;
    std::string_view name;
    Form form;
};

struct EximGrammar {
    std::span<const EximField> fields;
    std::array<int, 2> needed; // the places of fields that are never missing, the first of them first
};

namespace {

constexpr int place_of_protocol = 5;
constexpr int place_of_authentication = 12;
constexpr int place_of_size = 16;

constexpr std::array arrival_fields{EximField{1, "I=", Form::endpoint},
                                    EximField{2, "TFO*", Form::flag},
                                    EximField{2, "TFO", Form::flag},
                                    EximField{3, "U=", Form::text},
                                    EximField{4, "Ci=", Form::word},
                                    EximField{place_of_protocol, "P=", Form::word},
                                    EximField{6, "L", Form::flag},
                                    EximField{6, "L-", Form::flag},
                                    EximField{6, "L.", Form::flag},
                                    EximField{6, "L.-", Form::flag},
                                    EximField{6, "L*", Form::flag},
                                    EximField{6, "L*-", Form::flag},
                                    EximField{7, "SPF=", Form::word},
                                    EximField{7, "SPF", Form::flag},
                                    EximField{8, "X=", Form::word},
                                    EximField{9, "CV=", Form::word},
                                    EximField{10, "DN=", Form::quotation},
                                    EximField{11, "SNI=", Form::text},
                                    EximField{place_of_authentication, "A=", Form::text},
                                    EximField{13, "PRDR", Form::flag},
                                    EximField{14, "PRX=", Form::word},
                                    EximField{15, "K", Form::flag},
                                    EximField{place_of_size, "S=", Form::number},
                                    EximField{17, "M8S=", Form::number},
                                    EximField{18, "DKIM=", Form::any_word},
                                    EximField{19, "ARC", Form::flag},
                                    EximField{20, "DMARC=", Form::word},
                                    EximField{20, "DMARC", Form::flag},
                                    EximField{21, "RT=", Form::word},
                                    EximField{22, "Q=", Form::word},
                                    EximField{23, "id=", Form::mailbox},
                                    EximField{23, "id*=", Form::mailbox},
                                    EximField{24, "T=", Form::quoted},
                                    EximField{25, "from ", Form::bracketed},
                                    EximField{26, "for ", Form::mailboxes}};
constexpr EximGrammar arrival{arrival_fields, {place_of_protocol, place_of_size}};

constexpr int place_of_transport = 5;

constexpr std::array delivery_fields{EximField{1, "F=", Form::bracketed},
                                     EximField{2, "Q=", Form::word},
                                     EximField{3, "P=", Form::bracketed},
                                     EximField{4, "R=", Form::word},
                                     EximField{place_of_transport, "T=", Form::word},
                                     EximField{6, "S=", Form::number},
                                     EximField{7, "H=", Form::host},
                                     EximField{8, "PRX=", Form::endpoint},
                                     EximField{9, "I=", Form::endpoint},
                                     EximField{10, "TFO*", Form::flag},
                                     EximField{10, "TFO", Form::flag},
                                     EximField{11, "ST=", Form::text},
                                     EximField{11, "PS=", Form::text},
                                     EximField{12, "X=", Form::word},
                                     EximField{13, "CV=", Form::word},
                                     EximField{14, "DN=", Form::quotation},
                                     EximField{15, "A=", Form::text},
                                     EximField{16, "L", Form::flag},
                                     EximField{16, "L*", Form::flag},
                                     EximField{17, "PRDR", Form::flag},
                                     EximField{18, "K", Form::flag},
                                     EximField{19, "DKIM=", Form::any_word},
                                     EximField{20, "C=", Form::quoted},
                                     EximField{21, "QT=", Form::word},
                                     EximField{22, "DT=", Form::word}};
constexpr EximGrammar delivery{delivery_fields, {place_of_transport, place_of_transport}};

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

// Where the value that begins there ends.
std::size_t end_of(Form form, std::string_view line, std::size_t value) {
    switch (form) {
    case Form::word: {
        const std::size_t end = word_end(line, value);
        return line.substr(0, end).find('"', value) == npos ? end : npos;
    }
    case Form::any_word:
        return word_end(line, value);
    case Form::number:
        return skip_digits(line, value) > value ? skip_digits(line, value) : npos;
    case Form::quoted:
        return quoted_end(line, value);
    case Form::mailbox:
        return mailbox_end(line, value);
    case Form::bracketed:
        return bracketed_end(line, value);
    case Form::mailboxes:
        return mailboxes_end(line, value);
    case Form::endpoint:
        return endpoint_at(line, value).end;
    case Form::host:
        return host_end(line, value);
    default:
        return value;
    }
}

} // namespace

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) {
        ++at;
    }
    return at;
}

Endpoint endpoint_at(std::string_view text, std::size_t at) {
    const std::size_t close = at < text.size() && text[at] == '[' ? text.find(']', at) : npos;
    const auto address = close == npos ? std::nullopt : Address::parse(text.substr(at + 1, close - at - 1));
    if (!address) {
        return {};
    }
    const bool has_port = close + 2 < text.size() && text[close + 1] == ':' && is_digit(text[close + 2]);
    return {address, has_port ? skip_digits(text, close + 2) : close + 1};
}

EximFields EximFields::of_arrival(std::string_view line) {
    return {line, arrival};
}

EximFields EximFields::of_delivery(std::string_view line) {
    return {line, delivery};
}

EximFields::EximFields(std::string_view line, const EximGrammar& grammar)
    : line_(line), grammar_(grammar), first_(line.size() + 1) {
    note(line.size(), at_end);
    for (std::size_t at = line.size(); at-- > 0;) {
        if (line[at] == ' ') {
            note(at, first_field(at + 1));
        }
    }
}

bool EximFields::is_whole_from(std::size_t at) const {
    return first_[at] > 0 && first_[at] <= grammar_.needed[0];
}

bool EximFields::may_be_authenticated(std::size_t from) const {
    return std::find(first_.begin() + static_cast<std::ptrdiff_t>(from), first_.end(),
                     place_of_authentication) != first_.end();
}

// Up to which place the field behind the one at `place` may stand, as an index of limits: the next of the
// needed ones, or the end.
std::size_t EximFields::limit_behind(int place) const {
    return place < grammar_.needed[0] ? 0 : place < grammar_.needed[1] ? 1 : 2;
}

int EximFields::limit(std::size_t index) const {
    return index < 2 ? grammar_.needed.at(index) : at_end;
}

void EximFields::note(std::size_t at, int place) {
    first_[at] = place;
    const bool is_quote = at > 0 && line_[at - 1] == '"';
    for (std::size_t index = 0; index < 3; ++index) {
        if (place <= limit(index)) {
            latest_[index] = std::max(latest_[index], place);
            latest_quote_[index] = std::max(latest_quote_[index], is_quote ? place : 0);
        }
    }
}

bool EximFields::may_follow(int place, std::size_t end) const {
    return end <= line_.size() && first_[end] > place && first_[end] <= limit(limit_behind(place));
}

// The place of the field at `at`, where it and all behind it can be read; else 0.
int EximFields::first_field(std::size_t at) const {
    const std::string_view rest = line_.substr(at);
    for (const EximField& field : grammar_.fields) {
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

bool EximFields::is_read(const EximField& field, std::size_t value) const {
    const std::size_t index = limit_behind(field.place);
    switch (field.form) {
    case Form::text:
        return latest_[index] > field.place;
    case Form::quotation:
        return line_.substr(value).starts_with('"') && latest_quote_[index] > field.place;
    default:
        return may_follow(field.place, end_of(field.form, line_, value));
    }
}

} // namespace transfer
