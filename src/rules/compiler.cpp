#include "rules/compiler.hpp"

#include "rules/expression.hpp"
#include "system/replace_file.hpp"

#include <charconv>

namespace rules {

void Compiler::check(const Pattern& pattern, const Source& source) {
    const bool is_expression = pattern.form.kind == Kind::ending;
    const auto wrong = is_expression ? whats_wrong_with_expression(pattern.expression) : std::nullopt;
    if (wrong) {
        complaints_.wrong(source, '/' + pattern.expression + '/',
                          "expected a Perl regular expression: " + *wrong);
    } else if (!pattern.doubt.empty()) {
        const std::string& text = is_expression ? pattern.expression : pattern.text;
        complaints_.doubtful(source, std::string{name_of(pattern.form.field)} + ' ' + text, pattern.doubt);
    }
}

void Compiler::add(const Entry& entry, const Source& source, const std::optional<std::string>& written) {
    for (const Pattern& pattern : entry) {
        check(pattern, source);
    }
    source_text_.clear();
    if (written) {
        source_text_ = *written;
    } else {
        source.append_text(source_text_);
    }
    if (const auto earlier = book_.add(entry, source_text_)) {
        std::string text;
        append_key(text, entry);
        complaints_.doubtful(source, text, "never matches: " + *earlier + " says it first");
    }
}

void Compiler::write(const std::string& path) const {
    sys::replace_file(path, [&](int descriptor) { book_.write(descriptor, path); });
}

} // namespace rules
