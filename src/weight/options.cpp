#include "weight/options.hpp"

#include "system/address.hpp"
#include "weight/number.hpp"

#include <charconv>
#include <utility>

namespace weight {

namespace {

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

Score score_from(Score before, const std::string& text) {
    const std::vector<std::string> words = settings::words_from(text);
    const auto hit = words.empty() ? std::nullopt : parse_score(words[0]);
    const auto miss = words.size() < 2 ? std::optional(before.miss) : parse_score(words[1]);
    if (!hit || !miss || words.size() > 2) {
        throw settings::WrongValue{"one or two scores, like 1.5 -1.25"};
    }
    return {*hit, *miss};
}

double level_from(const std::string& text) {
    const auto value = parse_score(text);
    return value ? *value : throw settings::WrongValue{"a rate like 1 or -2.5"};
}

void add_nameservers(std::vector<std::string>& nameservers, const std::string& text) {
    for (std::string& word : settings::words_from(text)) {
        if (!is_nameserver(word)) {
            throw settings::WrongValue{"ADDRESS, ADDRESS:PORT or [IPV6-ADDRESS]:PORT"};
        }
        nameservers.push_back(std::move(word));
    }
}

void add_list(std::vector<List>& lists, bool& is_default, const std::string& text) {
    if (is_default || text.empty()) {
        lists.clear();
    }
    is_default = false;
    if (!text.empty()) {
        lists.push_back(parse_list(text));
    }
}

std::string shown(const Score& score) {
    return printed(score.hit) + " " + printed(score.miss);
}

std::string shown(double level) {
    return printed(level);
}

} // namespace weight
