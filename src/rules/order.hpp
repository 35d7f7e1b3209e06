// The order of lookup: which kinds of keys there are in a table, and which of them is asked first. Pure.
//
// Entries with the same fields in the same forms have keys of one shape; a request has one key of each shape,
// or none. The table's index lists the shapes that occur, most specific first, as text: `client:ip4/32
// client:below/3,sender:domain/0 default`.
#pragma once

#include "rules/keys.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct Shape {
    bool is_default = false;
    std::size_t size = 0;                // how many of `forms` count
    std::array<Form, field_count> forms; // by field, no field twice

    [[nodiscard]] const Form* begin() const { return forms.data(); }
    [[nodiscard]] const Form* end() const { return forms.data() + size; }
    [[nodiscard]] std::size_t expressions() const;

    friend bool operator==(const Shape&, const Shape&) = default;
};

// Of the entries that match, the one with more fields wins; then the one with more whole values (an address,
// a name, a mailbox) among its patterns; then the one with fewer expressions; then the one whose fields come
// first in Field; then the one whose forms come first in Kind; then the longer prefix or domain; and then the
// one written first. Defaults come after all others. Negative where `a` is asked before `b`, 0 where only the
// writing decides.
int compare(const Shape& a, const Shape& b);

// A total order in which the index is written: compare(), and longer endings first.
bool comes_before(const Shape& a, const Shape& b);

std::string text_of(const Shape& shape);
// Empty where `text` is none.
std::optional<Shape> shape_from(std::string_view text);

} // namespace rules
