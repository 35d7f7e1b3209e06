// The kinds of records, one row each (kind.cpp): what is said of a kind anywhere is said there. Pure.
#pragma once

#include "greylist/record.hpp"
#include "greylist/rule.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greylist {

// What a record can be while it is not forgotten.
struct State {
    enum class Standing { none, waiting, passed };

    std::string_view name;  // in the text, in JSON and for Prometheus
    std::string_view label; // of its number in greystate's statistics
    Standing standing = Standing::none;
};

struct KindRow {
    Kind kind;
    std::string_view name;
    // What stands between the letter and the key in a line: f first, l last, c count, w window, u until, s score.
    std::string_view numbers;
    // How JSON names the fields of a key; one of another number of fields is a hash. None: it is shown whole.
    std::array<std::string_view, 3> fields;
    // Which field names a client by its address, or by the network that it is grouped into.
    enum class Client { none, first, second, network_first } client;
    std::array<State, 2> states;
    // Which of its states a record has.
    std::size_t (*state)(const Record& record, const Rule& rule);
    // What was seen longer ago than this is forgotten.
    Seconds (*life)(const Record& record, const Rule& rule);
    // What is lost with a record that was seen at `last`.
    Worth (*worth)(const Record& record, Time last, const Rule& rule);
    // Whether keys that we make (triplet.hpp) can have these fields.
    bool (*could_be_ours)(const std::vector<std::string>& fields);

    std::size_t key_start = 2; // in a line
    [[nodiscard]] std::size_t field_count() const;
};

std::span<const KindRow> kind_rows();
// Null where a record of this letter is of no kind that is known here.
const KindRow* row_of(char letter);
const KindRow& row_of(Kind kind);
// Null where there is none of this name.
const KindRow* row_named(std::string_view name);
// The names of all kinds or, with `letters`, their letters: "a, b or c" with ", " and " or " between them.
std::string kind_list(std::string_view between, std::string_view before_last, bool letters = false);

const State& state_of(const Record& record, const Rule& rule);

// How many bytes a number takes in a line.
constexpr std::size_t width_of(char number) {
    return number == 'c' ? 6 : number == 's' ? 11 : 10;
}

} // namespace greylist
