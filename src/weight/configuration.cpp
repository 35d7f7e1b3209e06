#include "weight/configuration.hpp"

#include "rules/access_action.hpp"
#include "settings/duration.hpp"
#include "system/address.hpp"
#include "weight/number.hpp"

#include <charconv>
#include <stdexcept>

namespace weight {

namespace {

constexpr std::string_view blanks = " \t";

[[noreturn]] void expected(const char* what) {
    throw std::invalid_argument(what);
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos;
         at = text.find_first_not_of(blanks, at)) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0;
}

// ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; only an IPv6 address alone has more than one colon.
bool is_nameserver(std::string_view text) {
    if (sys::Address::parse(text)) {
        return true;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) {
        return false;
    }
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    return sys::Address::parse(address).has_value();
}

} // namespace

void set_score(Score& score, std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    const auto hit = words.empty() ? std::nullopt : parse_score(words[0]);
    const auto miss = words.size() < 2 ? std::optional(score.miss) : parse_score(words[1]);
    if (!hit || !miss || words.size() > 2) {
        expected("one or two scores, like 1.5 -1.25");
    }
    score = {*hit, *miss};
}

void set_level(double& level, std::string_view text) {
    const auto value = parse_score(text);
    if (!value) {
        expected("a rate like 1 or -2.5");
    }
    level = *value;
}

void set_count(unsigned& count, std::string_view text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || count > 9999) {
        expected("a number from 0 to 9999");
    }
}

void set_flag(bool& flag, std::string_view text) {
    const bool is_yes = text == "yes" || text == "true" || text == "on" || text == "1";
    if (!is_yes && text != "no" && text != "false" && text != "off" && text != "0") {
        expected("yes or no");
    }
    flag = is_yes;
}

void set_reply(std::string& reply, std::string_view text) {
    if (rules::whats_wrong(text)) {
        expected("a reply: a code or an action of access(5), and a text");
    }
    reply = text;
}

void set_header(std::string& header, std::string_view text) {
    if (!text.empty() && rules::whats_wrong("PREPEND " + std::string(text) + ": value")) {
        expected("a header's name, or nothing");
    }
    header = text;
}

void set_duration(sys::Seconds& duration, sys::Seconds unit, std::string_view text) {
    const auto value = settings::duration_from(text, unit);
    if (!value) {
        throw std::invalid_argument(settings::duration_expected(unit));
    }
    duration = *value;
}

void set_words(std::vector<std::string>& words, std::string_view text) {
    words = words_of(text);
}

void add_nameserver(std::vector<std::string>& nameservers, std::string_view text) {
    for (const std::string& word : words_of(text)) {
        if (!is_nameserver(word)) {
            expected("ADDRESS, ADDRESS:PORT or [IPV6-ADDRESS]:PORT");
        }
        nameservers.push_back(word);
    }
}

void add_list(std::vector<List>& lists, bool& is_default, std::string_view text) {
    if (is_default || text.empty()) {
        lists.clear();
    }
    is_default = false;
    if (!text.empty()) {
        lists.push_back(parse_list(text));
    }
}

void add_pattern(std::vector<std::string>& patterns, std::string_view text) {
    patterns.emplace_back(text);
}

std::string shown(const Score& score) {
    return printed(score.hit) + " " + printed(score.miss);
}

std::string shown(double level) {
    return printed(level);
}

std::string shown(bool flag) {
    return flag ? "yes" : "no";
}

std::string shown(sys::Seconds duration, sys::Seconds unit) {
    return std::to_string(duration / unit);
}

std::string shown(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : " ").append(word);
    }
    return text;
}

} // namespace weight
