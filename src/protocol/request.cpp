#include "protocol/request.hpp"

#include "system/lines.hpp"
#include "system/text.hpp"

#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace protocol {

namespace {

using Value = std::optional<std::string_view>;

// What was said, before it is checked: absent is not empty.
struct Said {
    Value request;
    Value client_address;
    Value client_name;
    Value reverse_client_name;
    Value helo_name;
    Value sender;
    Value recipient;
    Value protocol_state;
    Value queue_id;
    Value instance;
    Value sasl_username;
    Value server_address;
    Value policy_context;
    Value spf_result;
    Value etrn_domain;
    Value policy_test_time;
    std::string_view contradiction;
};

using ValueInSaid = Value Said::*;

struct Field {
    std::string_view name;
    ValueInSaid place;
    std::size_t longest = longest_value;
};

constexpr std::array fields{
    Field{"request", &Said::request},
    Field{"client_address", &Said::client_address},
    Field{"client_name", &Said::client_name, longest_name},
    Field{"reverse_client_name", &Said::reverse_client_name, longest_name},
    Field{"helo_name", &Said::helo_name, longest_name},
    Field{"sender", &Said::sender},
    Field{"recipient", &Said::recipient},
    Field{"protocol_state", &Said::protocol_state},
    Field{"queue_id", &Said::queue_id},
    Field{"instance", &Said::instance},
    Field{"sasl_username", &Said::sasl_username},
    Field{"server_address", &Said::server_address},
    Field{"etrn_domain", &Said::etrn_domain, longest_name},
    Field{"policy_test_time", &Said::policy_test_time},
    Field{"policy_context", &Said::policy_context},
    Field{"spf_result", &Said::spf_result},
};

// What Postfix sends beside them (SMTPD_POLICY_README, up to 3.12).
constexpr std::array<std::string_view, attribute_count - fields.size()> unused{
    "protocol_name",
    "recipient_count",
    "sasl_method",
    "sasl_sender",
    "size",
    "ccert_subject",
    "ccert_issuer",
    "ccert_fingerprint",
    "encryption_protocol",
    "encryption_cipher",
    "encryption_keysize",
    "stress",
    "client_port",
    "ccert_pubkey_fingerprint",
    "server_port",
    "compatibility_level",
    "mail_version",
    "tls_sni",
};

void note(Said& said, std::string_view line) {
    // No name begins with a blank, but an Exim ACL that goes on over several lines may put some there.
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
        return;
    }
    for (const Field& field : fields) {
        if (field.name == line.substr(0, equals)) {
            Value& place = said.*field.place;
            const std::string_view value = line.substr(equals + 1);
            if (place && *place != value) {
                said.contradiction = field.name;
            }
            place = value;
            return;
        }
    }
}

Said read_attributes(std::string_view text) {
    Said said;
    while (!text.empty()) {
        const std::string_view line = sys::take_line(text);
        if (line.empty()) {
            break;
        }
        note(said, line);
    }
    return said;
}

// A value in a line of the log: enough to find out whose it is.
std::string quoted(std::string_view value) {
    constexpr std::size_t longest_quote = 64;
    return sys::log_value(value, longest_quote);
}

std::optional<Malformed> whats_missing(const Said& said) {
    if (said.request && *said.request != "smtpd_access_policy") {
        return Malformed{"request=" + quoted(*said.request) + ", expected smtpd_access_policy"};
    }
    if (!said.client_address) {
        return Malformed{"no client_address attribute"};
    }
    if (!said.sender) {
        return Malformed{"no sender attribute"};
    }
    if (!said.recipient) {
        return Malformed{"no recipient attribute"};
    }
    return std::nullopt;
}

std::string_view unless_empty(const Value& value, std::string_view otherwise) {
    return value && !value->empty() ? *value : otherwise;
}

} // namespace

std::optional<std::size_t> attribute_number(std::string_view name) {
    for (std::size_t number = 0; number < attribute_count; ++number) {
        if (name == (number < fields.size() ? fields[number].name : unused[number - fields.size()])) {
            return number;
        }
    }
    return std::nullopt;
}

std::size_t longest_value_of(std::size_t number) {
    return number < fields.size() ? fields[number].longest : longest_value;
}

std::variant<Request, Malformed> parse_request(std::string_view block) {
    if (block.empty()) {
        return Malformed{"it is empty"};
    }
    const Said said = read_attributes(block);
    if (auto malformed = whats_missing(said)) {
        return *std::move(malformed);
    }
    const auto client_address = sys::Address::parse(*said.client_address);
    if (!client_address && *said.client_address != "unknown") {
        return Malformed{"client_address=" + quoted(*said.client_address) + ", expected an IP address"};
    }
    const Request defaults;
    return Request{
        .block = block,
        .client_address = client_address,
        .client_name = unless_empty(said.client_name, defaults.client_name),
        .reverse_client_name = said.reverse_client_name.value_or(""),
        .helo_name = said.helo_name.value_or(""),
        .sender = *said.sender,
        .recipient = *said.recipient,
        .protocol_state = unless_empty(said.protocol_state, defaults.protocol_state),
        .queue_id = said.queue_id.value_or(""),
        .instance = said.instance.value_or(""),
        .sasl_username = said.sasl_username.value_or(""),
        .server_address = said.server_address.value_or(""),
        .policy_context = said.policy_context.value_or(""),
        .spf_result = said.spf_result.value_or(""),
        .etrn_domain = said.etrn_domain,
        .policy_test_time = said.policy_test_time,
        .contradiction = said.contradiction,
    };
}

bool is_outgoing(const Request& request) {
    return !request.sasl_username.empty() || request.policy_context == "outgoing";
}

std::optional<sys::Time> test_time(const Request& request) {
    // Some eight thousand years away: more is a mistake, and sums of such times could overflow.
    constexpr std::int64_t latest = std::int64_t{1} << 38U;
    const std::string_view text = request.policy_test_time.value_or("");
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > latest) {
        return std::nullopt;
    }
    return sys::Time{sys::Seconds{seconds}};
}

std::optional<std::string> from_base64(std::string_view blob) {
    std::string bytes(blob.size(), '\0');
    std::size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), blob.data(),
                          blob.size(), " \t\n\v\f\r", &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        return std::nullopt;
    }
    bytes.resize(length);
    return bytes;
}

} // namespace protocol
