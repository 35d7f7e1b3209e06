#include "rules/compiler.hpp"

#include "rules/expression.hpp"
#include "system/replace_file.hpp"

#include <algorithm>

namespace rules {

void Compiler::add(const Entry& entry, const Source& source) {
    for (const Pattern& pattern : entry.patterns) {
        if (pattern.form.kind != Kind::ending) {
            continue;
        }
        if (const auto wrong = whats_wrong_with_expression(pattern.expression)) {
            complaints_.wrong(source, '/' + pattern.expression + '/',
                              "expected a Perl regular expression: " + *wrong);
            return;
        }
    }
    if (const auto earlier = book_.add(entry, source.text())) {
        complaints_.doubtful(source, key_of(entry), "never matches, " + *earlier + " comes before it");
    }
}

void Compiler::write(const std::string& path) const {
    sys::replace_file(path, [&](int descriptor) { book_.write(descriptor, path); });
}

} // namespace rules
