#include "rules/entry.hpp"

#include "system/lines.hpp"

#include <algorithm>

namespace rules {

Shape shape_of(const Entry& entry) {
    Shape shape;
    shape.is_default = entry.is_default;
    for (const Pattern& pattern : entry) {
        shape.forms[shape.size++] = pattern.form;
    }
    return shape;
}

bool has_shape(const Entry& entry, const Shape& shape) {
    return entry.is_default == shape.is_default &&
           std::equal(entry.begin(), entry.end(), shape.begin(), shape.end(),
                      [](const Pattern& pattern, const Form& form) { return pattern.form == form; });
}

void append_expressions(std::string& text, const Entry& entry) {
    for (const Pattern& pattern : entry) {
        if (pattern.form.kind == Kind::ending) {
            text.append("/").append(pattern.expression).append("/ ");
        }
    }
}

std::string entry_text(std::string_view key, std::string_view expressions_and_verdict) {
    std::string_view rest = expressions_and_verdict;
    std::string text;
    while (!key.empty()) {
        const std::string_view word = sys::take_until(key, ' ');
        const bool is_expression = word.starts_with('*') && rest.starts_with('/');
        text.append(is_expression ? sys::take_until(rest, ' ') : word).append(" ");
    }
    return text.append(rest);
}

} // namespace rules
