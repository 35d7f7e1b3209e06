#include "weight/list.hpp"

#include "settings/wrong_value.hpp"
#include "system/lines.hpp"
#include "weight/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weight {

namespace {

constexpr std::string_view a_range =
    "answers like 127.0.0.2, 127.0.0.[2..8] or 127.0.0.[2;4..8], each with =SCORE or without";

[[noreturn]] void refuse(std::string_view expected) {
    throw settings::WrongValue{std::string{expected}};
}

// The part of `text` before `separator`, taken off it together with the separator.
std::string_view take(std::string_view& text, std::string_view separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
    return part;
}

double score_word(std::string_view word) {
    const std::optional<double> score = parse_score(word);
    if (!score) {
        refuse("scores like 4.35 or -1.5");
    }
    return *score;
}

std::uint8_t octet_value(std::string_view text) {
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        refuse(a_range);
    }
    return value;
}

// `2..8` or `2`.
ListAnswers::Range range(std::string_view text) {
    std::string_view rest = text;
    const std::string_view first = take(rest, "..");
    const bool is_range = first.size() < text.size();
    const ListAnswers::Range values{octet_value(first), octet_value(is_range ? rest : first)};
    if (values.last < values.first) {
        refuse("the smaller number of a range first");
    }
    return values;
}

// Takes one octet and the dot behind it off `text`.
std::vector<ListAnswers::Range> octet(std::string_view& text) {
    if (!text.starts_with('[')) {
        return {range(take(text, "."))};
    }
    if (text.find(']') == std::string_view::npos) {
        refuse(a_range);
    }
    text.remove_prefix(1);
    std::string_view inside = take(text, "]");
    if (text.starts_with('.')) {
        text.remove_prefix(1);
    } else if (!text.empty()) {
        refuse(a_range);
    }
    std::vector<ListAnswers::Range> ranges;
    do {
        ranges.push_back(range(take(inside, ";")));
    } while (!inside.empty());
    return ranges;
}

ListAnswers parse_answers(std::string_view word) {
    ListAnswers answers;
    std::string_view text = word;
    std::string_view address = take(text, "=");
    if (address.size() < word.size()) {
        answers.score = score_word(text);
    }
    for (auto& ranges : answers.octets) {
        ranges = octet(address);
    }
    if (!address.empty()) {
        refuse(a_range);
    }
    return answers;
}

bool has(const std::vector<ListAnswers::Range>& ranges, std::uint8_t value) {
    return std::ranges::any_of(
        ranges, [value](const auto& range) { return range.first <= value && value <= range.last; });
}

bool covers(const ListAnswers& answers, const sys::Address& address) {
    for (std::size_t i = 0; i < answers.octets.size(); ++i) {
        if (!has(answers.octets[i], address.bytes()[i])) {
            return false;
        }
    }
    return true;
}

// The score of one answer; none where it does not list.
std::optional<double> score_of(const List& list, const sys::Address& answer) {
    if (list.answers.empty()) {
        return list.hit;
    }
    const auto which =
        std::ranges::find_if(list.answers, [&](const auto& answers) { return covers(answers, answer); });
    if (which == list.answers.end()) {
        return std::nullopt;
    }
    return which->score.value_or(list.hit);
}

} // namespace

List parse_list(std::string_view line) {
    constexpr std::string_view form = "ZONE HIT MISS NAME [ANSWERS[=SCORE]]...";
    List list;
    std::string_view rest = line;
    list.zone = sys::take_word(rest);
    const std::string_view hit = sys::take_word(rest);
    const std::string_view miss = sys::take_word(rest);
    list.name = sys::take_word(rest);
    if (list.name.empty()) {
        refuse(form);
    }
    list.hit = score_word(hit);
    list.miss = score_word(miss);
    for (std::string_view word = sys::take_word(rest); !word.empty(); word = sys::take_word(rest)) {
        list.answers.push_back(parse_answers(word));
    }
    return list;
}

Listing judge(const List& list, const std::vector<sys::Address>& answers) {
    Listing listing;
    for (const sys::Address& answer : answers) {
        const auto& bytes = answer.bytes();
        if (answer.bits() != 32 || bytes[0] != 127) {
            continue;
        }
        if (bytes[1] == 255 && bytes[2] == 255) {
            if (listing.kind == Listing::Kind::absent) {
                listing.kind = Listing::Kind::failed;
            }
            continue;
        }
        if (bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 1) {
            continue;
        }
        const std::optional<double> score = score_of(list, answer);
        if (score && (listing.kind != Listing::Kind::listed || std::abs(*score) > std::abs(listing.score))) {
            listing = {Listing::Kind::listed, *score};
        }
    }
    return listing;
}

} // namespace weight
