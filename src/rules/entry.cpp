#include "rules/entry.hpp"

namespace rules {

Shape shape_of(const Entry& entry) {
    Shape shape;
    shape.is_default = entry.is_default;
    for (const Pattern& pattern : entry.patterns) {
        shape.forms[shape.size++] = pattern.form;
    }
    return shape;
}

std::string key_of(const Entry& entry) {
    std::string key = entry.is_default ? "default" : "";
    for (const Pattern& pattern : entry.patterns) {
        key.append(key.empty() ? "" : " ")
            .append(name_of(pattern.form.field))
            .append(" ")
            .append(pattern.text);
    }
    return key;
}

std::string expressions_of(const Entry& entry) {
    std::string text;
    for (const Pattern& pattern : entry.patterns) {
        if (pattern.form.kind == Kind::ending) {
            text.append("/").append(pattern.expression).append("/ ");
        }
    }
    return text;
}

} // namespace rules
