// What stands in a command line, a configuration file or a rule, as a value: one reader for each kind, and
// what shows it again. Pure. Durations have a file of their own (duration.hpp).
#pragma once

#include "settings/duration.hpp"
#include "settings/wrong_value.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settings {

// Each of these throws WrongValue where `text` is none.

// yes, true, on, 1, or no, false, off, 0
bool flag_from(std::string_view text);
// From 0 to `most`, in decimal digits.
std::uint64_t count_from(std::string_view text, std::uint64_t most);
// The length of a network's prefix: from 0 to `most`.
unsigned prefix_from(std::string_view text, unsigned most);
// Bytes; with K, M or G behind it, of 1,024 each. Not less than `least`.
std::uint64_t size_from(std::string_view text, std::uint64_t least);
// `what`: "a file".
std::string something_from(const std::string& text, const char* what);
// Without what would begin another line.
std::string one_line_from(const std::string& text);

// Words are what has blanks between it. Never throws.
std::vector<std::string> words_from(std::string_view text);

std::string shown(bool flag);
std::string shown(const std::vector<std::string>& words);
// In the largest of G, M and K that it is a multiple of.
std::string shown_size(std::uint64_t bytes);

// One of a few names, each with what it stands for.
template <typename Value>
struct Choice {
    std::string_view name;
    Value value;
};

template <typename Value, std::size_t count>
Value one_of(const std::array<Choice<Value>, count>& choices, std::string_view text) {
    std::string expected = "one of";
    for (const auto& choice : choices) {
        if (choice.name == text) {
            return choice.value;
        }
        expected.append(" ").append(choice.name);
    }
    throw WrongValue{expected};
}

template <typename Value, std::size_t count>
std::string name_in(const std::array<Choice<Value>, count>& choices, Value value) {
    for (const auto& choice : choices) {
        if (choice.value == value) {
            return std::string{choice.name};
        }
    }
    return {};
}

} // namespace settings
