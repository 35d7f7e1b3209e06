#include "rules/entry.hpp"

namespace rules {

Shape shape_of(const Entry& entry) {
    Shape shape;
    shape.is_default = entry.is_default;
    for (const Pattern& pattern : entry) {
        shape.forms[shape.size++] = pattern.form;
    }
    return shape;
}

void append_key(std::string& text, const Entry& entry) {
    const std::size_t start = text.size();
    text.append(entry.is_default ? "default" : "");
    for (const Pattern& pattern : entry) {
        text.append(text.size() == start ? "" : " ").append(name_of(pattern.form.field));
        text.append(" ").append(pattern.text);
    }
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
        const std::string_view word = take_word(key);
        const bool is_expression = word.starts_with('*') && rest.starts_with('/');
        text.append(is_expression ? take_word(rest) : word).append(" ");
    }
    return text.append(rest);
}

} // namespace rules
