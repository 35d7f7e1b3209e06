#include "rules/compiler.hpp"

#include "rules/expression.hpp"
#include "system/trouble.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <limits>

namespace rules {

void Compiler::check(const Pattern& pattern, const Source& source) {
    const bool is_expression = pattern.form.kind == Kind::ending;
    const auto wrong = is_expression ? whats_wrong_with_expression(pattern.expression) : std::nullopt;
    if (wrong) {
        complaints_.wrong(source, '/' + pattern.expression + '/',
                          "expected a Perl regular expression: " + *wrong);
    } else if (!pattern.doubt.empty()) {
        const std::string text = is_expression ? '/' + pattern.expression + '/' : pattern.text;
        complaints_.doubtful(source, std::string{name_of(pattern.form.field)} + ' ' + text, pattern.doubt);
    }
}

// A network is asked before all that is no whole value, so this one leaves nothing to what comes after it.
void Compiler::check_whether_all_match(const Entry& entry, const Source& source) {
    const Pattern& pattern = entry.patterns[0];
    const bool is_network = pattern.form.kind == Kind::ip4 || pattern.form.kind == Kind::ip6;
    if (entry.size == 1 && !entry.is_default && is_network && pattern.form.number == 0 &&
        pattern.form.field == Field::client) {
        complaints_.doubtful(source, "client " + pattern.text,
                             "wins over domains, expressions and defaults for all of them: expected default");
    }
}

void Compiler::write_source(const Source& source) {
    if (source.file != file_ || file_size_ == 0) {
        file_ = source.file;
        source_text_ = one_word(source.file) + ':';
        file_size_ = source_text_.size();
    }
    std::array<char, std::numeric_limits<unsigned>::digits10 + 1> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), source.line);
    source_text_.resize(file_size_);
    source_text_.append(digits.data(), end.ptr);
}

void Compiler::add(const Entry& entry, const Source& source, const std::optional<std::string>& written) {
    for (const Pattern& pattern : entry) {
        check(pattern, source);
    }
    check_whether_all_match(entry, source);
    if (!written) {
        write_source(source);
    }
    book_.add(entry, written ? *written : source_text_);
}

void Compiler::write_to(const std::string& path) {
    replacement_.emplace(path);
    book_.write_to(replacement_->descriptor(), path);
}

void Compiler::only_check() {
    scrap_.reset(std::tmpfile());
    if (!scrap_) {
        throw sys::Trouble{"make", "a temporary file", errno};
    }
    book_.write_to(::fileno(scrap_.get()), "a temporary file");
}

void Compiler::finish() {
    for (const Book::Repeat& repeat : book_.finish()) {
        complaints_.doubtful(source_from(repeat.source), repeat.patterns,
                             "never matches: " + repeat.first_source + " says it first");
    }
}

void Compiler::commit() {
    replacement_->commit();
}

} // namespace rules
