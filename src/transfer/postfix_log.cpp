// Postfix's log, what its programs say of a message (smtpd(8), qmgr(8), its delivery agents):
//
//     smtpd: ID: client=NAME[IP], sasl_method=…, sasl_username=…, orig_queue_id=ID, orig_client=NAME[IP]
//     qmgr: ID: from=<SENDER>, size=300, nrcpt=1 (queue active)
//     local: ID: to=<ADDRESS>, orig_to=<RECIPIENT>, relay=local, delay=1, …, status=sent (RESPONSE)
//     qmgr: ID: removed
//
// A program is named SYSLOG_NAME/PROGRAM. Addresses and the response are chosen by others. Before 3.5,
// addresses stand there without quotes, and one with `>, relay=` in it looks as if it ended there: such a
// line tells nothing.
#include "transfer/mailbox.hpp"
#include "transfer/traffic.hpp"
#include "transfer/words.hpp"

#include <algorithm>
#include <array>

namespace transfer {

namespace {

using sys::Address;

constexpr auto npos = std::string_view::npos;

bool is_queue_id(std::string_view id) {
    constexpr std::size_t longest = 64;
    return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}

// NAME[IP], also with `:PORT` behind it.
std::optional<Address> address_in(std::string_view host) {
    const std::size_t open = host.find('[');
    const std::size_t close = host.find(']');
    return open < close && close != npos ? Address::parse(host.substr(open + 1, close - open - 1))
                                         : std::nullopt;
}

Event arrival_of(std::string_view id, std::string_view text) {
    text.remove_prefix(std::string_view{"client="}.size());
    Event event = event_of(Event::What::arrival, id);
    const auto fields = split(text, ',');
    event.client = address_in(fields[0]);
    for (std::string_view field : fields) {
        field = trimmed(field);
        const std::string_view value = field.substr(std::min(field.find('=') + 1, field.size()));
        if (field.starts_with("sasl_")) {
            event.is_authenticated = true;
        } else if (field.starts_with("orig_queue_id=")) {
            event.came_before_as = value;
        } else if (field.starts_with("orig_client=")) {
            event.client = address_in(value);
        }
    }
    return event;
}

Event sender_of(std::string_view id, std::string_view text) {
    text.remove_prefix(std::string_view{"from=<"}.size());
    const std::size_t end = text.rfind(">, size=");
    if (end == npos) {
        return {};
    }
    Event event = event_of(Event::What::sender, id);
    event.sender = unquoted(text.substr(0, end));
    return event;
}

Event delivery_of(std::string_view id, std::string_view text) {
    text.remove_prefix(std::string_view{"to=<"}.size());
    constexpr std::string_view before_relay = ">, relay=";
    constexpr std::string_view before_original = ">, orig_to=<";
    const std::size_t relay = text.find(before_relay);
    if (relay == npos || text.find(before_relay, relay + 1) != npos) {
        return {};
    }
    std::string_view recipient = text.substr(0, relay);
    if (const std::size_t original = recipient.find(before_original); original != npos) {
        recipient.remove_prefix(original + before_original.size());
        if (recipient.find(before_original) != npos) {
            return {};
        }
    }
    const std::string_view rest = text.substr(relay);
    constexpr std::string_view mark = ", status=";
    const std::size_t status = std::min(rest.find(mark), rest.size() - mark.size());
    const std::string_view outcome = rest.substr(status + mark.size());
    if (!outcome.starts_with("sent (") || says_discarded(outcome)) {
        return {};
    }
    Event event = event_of(Event::What::delivery, id);
    event.recipient = unquoted(recipient);
    return event;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

std::optional<Event> postfix_event(std::string_view program, std::string_view text) {
    const std::size_t slash = program.rfind('/');
    const std::size_t colon = text.find(": ");
    if (slash == npos || slash == 0) {
        return std::nullopt;
    }
    const std::string_view daemon = program.substr(slash + 1);
    const std::string_view id = text.substr(0, colon);
    if (colon == npos || !is_queue_id(id)) {
        return is_one_of(daemon, {"smtpd", "qmgr", "cleanup", "postscreen", "anvil", "smtp", "master"})
                   ? std::optional{Event{}}
                   : std::nullopt;
    }
    const std::string_view rest = text.substr(colon + 2);
    const bool is_from_outside = is_one_of(daemon, {"smtpd", "qmqpd"});
    const bool is_manager = is_one_of(daemon, {"qmgr", "nqmgr", "oqmgr"});
    if (is_from_outside && rest.starts_with("client=")) {
        return arrival_of(id, rest);
    }
    if (is_manager && rest.starts_with("from=<")) {
        return sender_of(id, rest);
    }
    if (!is_from_outside && daemon != "discard" && rest.starts_with("to=<")) {
        return delivery_of(id, rest);
    }
    return rest == "removed" && is_manager ? event_of(Event::What::end, id) : Event{};
}

} // namespace transfer
