#include "rules/order.hpp"

#include "system/lines.hpp"

#include <algorithm>
#include <charconv>

namespace rules {

namespace {

std::size_t whole_values(const Shape& shape) {
    return static_cast<std::size_t>(
        std::count_if(shape.begin(), shape.end(), [](const Form& form) { return form.is_whole(); }));
}

// Negative where `a` is the smaller.
template <typename T>
int sign(const T& a, const T& b) {
    return a < b ? -1 : static_cast<int>(b < a);
}

int compare_fields(const Shape& a, const Shape& b) {
    for (std::size_t i = 0; i < a.size; ++i) {
        if (const int order = sign(a.forms[i].field, b.forms[i].field); order != 0) {
            return order;
        }
    }
    return 0;
}

int compare_kinds(const Shape& a, const Shape& b) {
    for (std::size_t i = 0; i < a.size; ++i) {
        if (const int order = sign(a.forms[i].kind, b.forms[i].kind); order != 0) {
            return order;
        }
    }
    return 0;
}

// The longer first; endings count only where `with_endings`.
int compare_numbers(const Shape& a, const Shape& b, bool with_endings) {
    for (std::size_t i = 0; i < a.size; ++i) {
        if (a.forms[i].kind == Kind::ending && !with_endings) {
            continue;
        }
        if (const int order = sign(b.forms[i].number, a.forms[i].number); order != 0) {
            return order;
        }
    }
    return 0;
}

std::optional<Form> form_from(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::size_t slash = text.find('/');
    if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon) {
        return std::nullopt;
    }
    const auto field = field_named(text.substr(0, colon));
    const auto kind = kind_named(text.substr(colon + 1, slash - colon - 1));
    Form form;
    const auto end = std::from_chars(text.data() + slash + 1, text.data() + text.size(), form.number);
    if (!field || !kind || end.ec != std::errc{} || end.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    form.field = *field;
    form.kind = *kind;
    return form;
}

} // namespace

std::size_t Shape::expressions() const {
    return static_cast<std::size_t>(
        std::count_if(begin(), end(), [](const Form& form) { return form.kind == Kind::ending; }));
}

int compare(const Shape& a, const Shape& b) {
    const std::array<int, 4> counts{sign(a.is_default, b.is_default), sign(b.size, a.size),
                                    sign(whole_values(b), whole_values(a)),
                                    sign(a.expressions(), b.expressions())};
    const auto* const first =
        std::find_if(counts.begin(), counts.end(), [](int order) { return order != 0; });
    if (first != counts.end()) {
        return *first;
    }
    if (const int order = compare_fields(a, b); order != 0) {
        return order;
    }
    if (const int order = compare_kinds(a, b); order != 0) {
        return order;
    }
    return compare_numbers(a, b, false);
}

bool comes_before(const Shape& a, const Shape& b) {
    const int order = compare(a, b);
    return order != 0 ? order < 0 : compare_numbers(a, b, true) < 0;
}

std::string text_of(const Shape& shape) {
    std::string text = shape.is_default ? "default" : "";
    for (const Form& form : shape) {
        text.append(text.empty() ? "" : ",")
            .append(name_of(form.field))
            .append(":")
            .append(name_of(form.kind));
        text.append("/").append(std::to_string(form.number));
    }
    return text;
}

std::optional<Shape> shape_from(std::string_view text) {
    Shape shape;
    while (!text.empty()) {
        const std::string_view word = sys::take_until(text, ',');
        if (word == "default" && shape.size == 0 && !shape.is_default) {
            shape.is_default = true;
            continue;
        }
        const auto form = form_from(word);
        if (!form || shape.size == field_count ||
            (shape.size > 0 && form->field <= shape.forms[shape.size - 1].field)) {
            return std::nullopt;
        }
        shape.forms[shape.size++] = *form;
    }
    return shape;
}

} // namespace rules
