// One entry of the rules, read from whichever of the formats. Pure.
#pragma once

#include "rules/order.hpp"
#include "rules/patterns.hpp"

#include <array>
#include <string>

namespace rules {

struct Entry {
    bool is_default = false;                   // decides where no other entry matches
    std::size_t size = 0;                      // how many of `patterns` count
    std::array<Pattern, field_count> patterns; // by field, no field twice
    std::string verdict;                       // as verdict_text.hpp spells it

    [[nodiscard]] const Pattern* begin() const { return patterns.data(); }
    [[nodiscard]] const Pattern* end() const { return patterns.data() + size; }
};

Shape shape_of(const Entry& entry);
bool has_shape(const Entry& entry, const Shape& shape);

// Calls `put` with each part of what it is filed under.
template <typename Put>
void put_key(const Entry& entry, const Put& put) {
    std::string_view separator;
    if (entry.is_default) {
        put("default");
        separator = " ";
    }
    for (const Pattern& pattern : entry) {
        put(separator);
        put(name_of(pattern.form.field));
        put(" ");
        put(pattern.text);
        separator = " ";
    }
}

// Appends its expressions as they stand in the compiled value: each between slashes, with a blank after it.
void append_expressions(std::string& text, const Entry& entry);

// The entry as the rules file has it, of a key and what stands under it without its source. Where a word of
// the key is an ending, the next of the expressions stands for it; where there are too few, the ending stays.
std::string entry_text(std::string_view key, std::string_view expressions_and_verdict);

} // namespace rules
