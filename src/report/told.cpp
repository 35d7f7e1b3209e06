#include "report/told.hpp"

#include "transfer/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace report {

namespace {

constexpr std::string_view separator = ", ";

// Takes what stands before the next `separator`, and that as well.
std::string_view take_part(std::string_view& text) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
    return part;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

// What a decision begins with, behind its queue id.
std::optional<std::string_view> decision_in(std::string_view text) {
    constexpr std::string_view start = "action=";
    if (text.starts_with(start)) {
        return text;
    }
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos || text.substr(0, colon).find(' ') != std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(colon + 2);
    return text.starts_with(start) ? std::optional{text} : std::nullopt;
}

struct Field {
    std::string_view name;
    std::string_view Decision::*value;
};
constexpr std::array<Field, 8> fields{{{"action", &Decision::action},
                                       {"reason", &Decision::reason},
                                       {"client_name", &Decision::client_name},
                                       {"client_address", &Decision::client_address},
                                       {"client_key", &Decision::client_key},
                                       {"sender", &Decision::sender},
                                       {"recipient", &Decision::recipient},
                                       {"rule", &Decision::rule}}};

// False: the field had come before.
bool take_field(std::string_view name, std::string_view value, Decision& decision) {
    if (name == "delay") {
        const auto seconds = transfer::number_of(value);
        const bool is_first = !decision.delay;
        if (seconds && *seconds >= 0) {
            decision.delay = sys::Seconds{*seconds};
        }
        return is_first && decision.delay;
    }
    for (const Field& field : fields) {
        if (field.name == name) {
            const bool is_first = (decision.*field.value).empty();
            decision.*field.value = value;
            return is_first && !value.empty();
        }
    }
    return true;
}

Told decision_of(std::string_view text) {
    Decision decision;
    while (!text.empty()) {
        const std::string_view part = take_part(text);
        const std::size_t equals = part.find('=');
        if (part == "dry-run") {
            decision.is_dry_run = true;
        } else if (equals != std::string_view::npos &&
                   !take_field(part.substr(0, equals), part.substr(equals + 1), decision)) {
            return Unreadable{};
        }
    }
    const bool is_whole = !decision.action.empty() && !decision.reason.empty() &&
                          !decision.client_name.empty() && !decision.client_address.empty();
    return is_whole ? Told{decision} : Told{Unreadable{}};
}

std::optional<double> decimal_of(std::string_view text) {
    double value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = end.ec == std::errc{} && end.ptr == text.data() + text.size() && !text.empty();
    return is_number && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

// NAME=SCORE; of a list that failed NAME=ERR(SCORE) or NAME=SKIP(SCORE), which is a token of its own.
std::optional<Token> token_of(std::string_view word) {
    const std::size_t bracket = word.ends_with(')') ? word.rfind('(') : std::string_view::npos;
    const std::size_t equals = word.rfind('=');
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    const bool has_failed = bracket != std::string_view::npos && bracket > equals;
    const std::string_view name = word.substr(0, has_failed ? bracket : equals);
    const std::string_view score =
        has_failed ? word.substr(bracket + 1, word.size() - bracket - 2) : word.substr(equals + 1);
    const auto value = decimal_of(score);
    return value && !name.empty() ? std::optional{Token{name, *value}} : std::nullopt;
}

// rate: RATE; <to=…> <from=…> <client=…> <helo=…>; dns: N ms; TOKEN=SCORE … No value has a blank.
Told weighed_of(std::string_view text) {
    constexpr std::string_view dns = ">; dns: ";
    constexpr std::string_view unit = " ms;";
    const auto rate = decimal_of(text.substr(0, text.find(';')));
    const std::size_t at = text.find(dns);
    const std::size_t end = text.find(unit, at == std::string_view::npos ? at : at + dns.size());
    if (!rate || at == std::string_view::npos || end == std::string_view::npos) {
        return Unreadable{};
    }
    Weighed weighed{.rate = *rate, .dns_milliseconds = {}, .tokens = {}};
    const auto time = transfer::number_of(text.substr(at + dns.size(), end - at - dns.size()));
    if (time && *time >= 0) {
        weighed.dns_milliseconds = static_cast<std::uint64_t>(*time);
    }
    for (const std::string_view word : transfer::words_of(text.substr(end + unit.size()))) {
        if (const auto token = token_of(word)) {
            weighed.tokens.push_back(*token);
        }
    }
    return weighed;
}

} // namespace

Told told_by(std::string_view text) {
    if (take_prefix(text, "warning: ")) {
        return Warning{text};
    }
    if (const auto decision = decision_in(text)) {
        return decision_of(*decision);
    }
    if (take_prefix(text, "weighted check: rate: ")) {
        return weighed_of(text);
    }
    return text.starts_with("whitelisted: ") ? Told{Whitelisted{}} : Told{Remark{}};
}

std::uint64_t take_repetition(std::string_view& text) {
    constexpr std::string_view before = "message repeated ";
    constexpr std::string_view after = " times: [ ";
    // rsyslog writes one such line a minute or at the next line that differs.
    constexpr std::int64_t most = 1'000'000;
    if (!text.starts_with(before) || !text.ends_with(']')) {
        return 1;
    }
    const std::size_t middle = text.find(after);
    if (middle == std::string_view::npos) {
        return 1;
    }
    const auto times = transfer::number_of(text.substr(before.size(), middle - before.size()));
    if (!times || *times < 1 || *times > most) {
        return 1;
    }
    text.remove_suffix(1);
    text.remove_prefix(middle + after.size());
    return static_cast<std::uint64_t>(*times);
}

std::optional<sys::Seconds> missing_of(std::string_view reason) {
    constexpr std::string_view end = "s missing)";
    if (!take_prefix(reason, "early-retry (") || !reason.ends_with(end)) {
        return std::nullopt;
    }
    reason.remove_suffix(end.size());
    const auto seconds = transfer::number_of(reason);
    return seconds ? std::optional{sys::Seconds{*seconds}} : std::nullopt;
}

} // namespace report
