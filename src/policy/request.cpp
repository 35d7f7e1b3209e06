#include "policy/request.hpp"

#include "system/lines.hpp"

#include <resolv.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace policy {

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
    Value etrn_domain;
    Value policy_test_time;
};

struct Field {
    std::string_view name;
    Value Said::*place;
};

constexpr std::array fields{
    Field{"request", &Said::request},
    Field{"client_address", &Said::client_address},
    Field{"client_name", &Said::client_name},
    Field{"reverse_client_name", &Said::reverse_client_name},
    Field{"helo_name", &Said::helo_name},
    Field{"sender", &Said::sender},
    Field{"recipient", &Said::recipient},
    Field{"protocol_state", &Said::protocol_state},
    Field{"queue_id", &Said::queue_id},
    Field{"instance", &Said::instance},
    Field{"sasl_username", &Said::sasl_username},
    Field{"server_address", &Said::server_address},
    Field{"etrn_domain", &Said::etrn_domain},
    Field{"policy_test_time", &Said::policy_test_time},
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
            said.*field.place = line.substr(equals + 1);
            return;
        }
    }
}

std::variant<Said, Malformed> read_attributes(std::string_view text) {
    Said said;
    for (std::size_t count = 0; !text.empty(); ++count) {
        const std::string_view line = sys::take_line(text);
        if (line.empty()) {
            break;
        }
        if (line.size() > longest_line) {
            return Malformed{"a line of more than " + std::to_string(longest_line) + " bytes"};
        }
        if (count == most_attributes) {
            return Malformed{"more than " + std::to_string(most_attributes) + " attributes"};
        }
        note(said, line);
    }
    return said;
}

std::optional<Malformed> whats_missing(const Said& said) {
    if (said.request && *said.request != "smtpd_access_policy") {
        return Malformed{"request=" + std::string{*said.request} + ", expected smtpd_access_policy"};
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

std::variant<Request, Malformed> parse_request(std::string_view block) {
    if (block.empty()) {
        return Malformed{"it is empty"};
    }
    if (block.size() > largest_request) {
        return Malformed{"more than " + std::to_string(largest_request) + " bytes"};
    }
    if (block.find('\0') != std::string_view::npos) {
        return Malformed{"a NUL byte"};
    }
    const auto attributes = read_attributes(block);
    if (const auto* malformed = std::get_if<Malformed>(&attributes)) {
        return *malformed;
    }
    const Said& said = std::get<Said>(attributes);
    if (auto malformed = whats_missing(said)) {
        return *std::move(malformed);
    }
    const auto client_address = sys::Address::parse(*said.client_address);
    if (!client_address && *said.client_address != "unknown") {
        return Malformed{"client_address=" + std::string{*said.client_address} + ", expected an IP address"};
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
        .etrn_domain = said.etrn_domain,
        .policy_test_time = said.policy_test_time,
    };
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
    const std::string terminated{blob};
    std::string bytes(blob.size(), '\0');
    const int length =
        b64_pton(terminated.c_str(), reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
    if (length < 0) {
        return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(length));
    return bytes;
}

} // namespace policy
