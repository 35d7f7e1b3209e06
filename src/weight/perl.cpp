#include "weight/perl.hpp"

#include <algorithm>
#include <array>

namespace weight {

namespace {

char closing_of(char opening) {
    switch (opening) {
    case '(':
        return ')';
    case '[':
        return ']';
    case '{':
        return '}';
    case '<':
        return '>';
    default:
        return opening;
    }
}

} // namespace

bool PerlReader::is_word_here(std::string_view word) const {
    return is_here(word) && !perl::is_word(ahead(word.size()));
}

void PerlReader::step() {
    if (is_at_end()) {
        return;
    }
    line_ += here() == '\n' ? 1 : 0;
    ++place_;
}

void PerlReader::skip_blanks() {
    while (!is_at_end()) {
        if (here() == '#') {
            skip_line();
        } else if (perl::is_blank(here())) {
            step();
        } else {
            return;
        }
    }
}

void PerlReader::skip_line() {
    while (!is_at_end() && here() != '\n') {
        step();
    }
}

void PerlReader::skip_text(char quote) {
    for (step(); !is_at_end() && here() != quote; step()) {
        if (here() == '\\') {
            step();
        }
    }
    step();
}

// Up to its semicolon, or the end of its block.
void PerlReader::skip_statement() {
    std::size_t depth = 0;
    while (!is_at_end()) {
        const char c = here();
        if (c == '\'' || c == '"') {
            skip_text(c);
            continue;
        }
        if (c == '#' && (place_ == 0 || perl::is_blank(text_[place_ - 1]))) {
            skip_line();
            continue;
        }
        step();
        const bool closes = c == '}' && depth > 0;
        depth = c == '{' ? depth + 1 : closes ? depth - 1 : depth;
        if (closes && depth == 0) {
            take(";");
            return;
        }
        if (c == ';' && depth == 0) {
            return;
        }
    }
}

bool PerlReader::take(std::string_view wanted) {
    skip_blanks();
    if (!is_here(wanted)) {
        return false;
    }
    place_ += wanted.size();
    return true;
}

// One that gives no setting a value.
bool PerlReader::take_idle_statement() {
    constexpr std::array<std::string_view, 5> idle{"use", "no", "package", "return", "1"};
    if (here() == ';' ||
        std::any_of(idle.begin(), idle.end(), [this](auto word) { return is_word_here(word); })) {
        skip_statement();
        return true;
    }
    return false;
}

std::optional<PerlStatement> PerlReader::next() {
    do {
        skip_blanks();
        if (is_at_end() || is_word_here("__END__") || is_word_here("__DATA__")) {
            return std::nullopt;
        }
    } while (take_idle_statement());
    PerlStatement statement;
    statement.line = line_;
    statement.name = variable_name();
    const bool is_scalar = statement.name.starts_with('$');
    statement.appends = is_scalar && take(".=");
    if (statement.appends || (!statement.name.empty() && take("="))) {
        statement.values = is_scalar ? scalar() : list();
    }
    if (!take(";") && !is_at_end()) {
        statement.values.reset();
        skip_statement();
    }
    return statement;
}

std::string PerlReader::variable_name() {
    if (is_word_here("my") || is_word_here("our")) {
        place_ += here() == 'm' ? 2 : 3;
        skip_blanks();
    }
    std::string name;
    if ((here() == '$' || here() == '@') && perl::begins_word(ahead(1))) {
        do {
            name += here();
            step();
        } while (perl::is_word(here()));
    }
    return name;
}

std::optional<std::vector<PerlText>> PerlReader::scalar() {
    std::size_t open = 0;
    while (take("(")) {
        ++open;
    }
    PerlText text;
    if (!take_joined(text)) {
        return std::nullopt;
    }
    for (; open > 0; --open) {
        if (!take(")")) {
            return std::nullopt;
        }
    }
    return std::vector<PerlText>{text};
}

std::optional<std::vector<PerlText>> PerlReader::list() {
    std::vector<PerlText> values;
    std::size_t open = 0;
    bool may_begin = true; // a value
    do {
        if (may_begin && take("(")) {
            ++open;
        } else if (open > 0 && take(")")) {
            --open;
            may_begin = false;
        } else if (open > 0 && (take(",") || take("=>"))) {
            may_begin = true;
        } else if (may_begin && take_item(values)) {
            may_begin = false;
        } else {
            return std::nullopt;
        }
    } while (open > 0);
    return values;
}

bool PerlReader::take_item(std::vector<PerlText>& values) {
    skip_blanks();
    if (is_here("qw") && !perl::is_word(ahead(2))) {
        return take_words(values);
    }
    PerlText text;
    if (here() == '@') {
        std::string_view rest = text_.substr(place_);
        const bool is_list = perl::take_variable(rest, text);
        place_ = text_.size() - rest.size();
        values.push_back(std::move(text));
        return is_list;
    }
    const bool is_text = take_joined(text);
    values.push_back(std::move(text));
    return is_text;
}

bool PerlReader::take_joined(PerlText& text) {
    do {
        if (!take_term(text)) {
            return false;
        }
    } while (take("."));
    return true;
}

bool PerlReader::take_term(PerlText& text) {
    skip_blanks();
    const char c = here();
    if (c == '\'' || (c == 'q' && !perl::is_word(ahead(1)))) {
        place_ += c == 'q' ? 1 : 0;
        const perl::Delimiter delimiter{here(), closing_of(here())};
        const auto between = delimited();
        if (between) {
            perl::take_plain(*between, delimiter, text);
        }
        return between.has_value();
    }
    if (c == '"' || (is_here("qq") && !perl::is_word(ahead(2)))) {
        place_ += c == 'q' ? 2 : 0;
        const auto between = delimited();
        return between && perl::take_interpolated(*between, text);
    }
    if (is_here("qr") && !perl::is_word(ahead(2))) {
        place_ += 2;
        return take_pattern(text);
    }
    return c == '$' ? take_scalar(text) : take_number(text);
}

// With no letters behind it but i: here they match in any case.
bool PerlReader::take_pattern(PerlText& text) {
    const auto between = delimited();
    if (!between || !perl::take_pattern(*between, text)) {
        return false;
    }
    if (here() == 'i') {
        step();
    }
    return !perl::is_word(here());
}

bool PerlReader::take_scalar(PerlText& text) {
    std::string_view rest = text_.substr(place_);
    const bool is_scalar = perl::take_variable(rest, text);
    place_ = text_.size() - rest.size();
    return is_scalar;
}

// One that begins with a 0 and goes on with a digit is octal.
bool PerlReader::take_number(PerlText& text) {
    std::string number;
    if (here() == '-' || here() == '+') {
        number += here() == '-' ? "-" : "";
        step();
    }
    const std::size_t start = number.size();
    const bool is_octal = here() == '0' && perl::is_digit(ahead(1));
    for (bool has_point = false;
         perl::is_digit(here()) || here() == '_' || (here() == '.' && !has_point && perl::is_digit(ahead(1)));
         step()) {
        has_point = has_point || here() == '.';
        number.append(here() == '_' ? 0 : 1, here());
    }
    if (number.size() == start || is_octal || perl::is_word(here())) {
        return false;
    }
    text.push_back({false, number});
    return true;
}

// What stands between the delimiter that is here and the one that ends it.
std::optional<std::string_view> PerlReader::delimited() {
    const perl::Delimiter delimiter{here(), closing_of(here())};
    if (is_at_end() || perl::is_word(delimiter.opening) || perl::is_blank(delimiter.opening)) {
        return std::nullopt;
    }
    step();
    const std::size_t start = place_;
    for (std::size_t depth = 1; !is_at_end(); step()) {
        if (here() == '\\') {
            step();
        } else if (here() == delimiter.closing) {
            --depth;
        } else if (here() == delimiter.opening) {
            ++depth;
        }
        if (depth == 0) {
            const std::string_view between = text_.substr(start, place_ - start);
            step();
            return between;
        }
    }
    return std::nullopt;
}

bool PerlReader::take_words(std::vector<PerlText>& values) {
    place_ += 2;
    const auto between = delimited();
    if (!between) {
        return false;
    }
    for (std::string_view rest = *between; !rest.empty();) {
        const auto* const end = std::find_if(rest.begin(), rest.end(), perl::is_blank);
        const auto size = static_cast<std::size_t>(end - rest.begin());
        if (size > 0) {
            values.push_back({{false, std::string{rest.substr(0, size)}}});
        }
        rest.remove_prefix(std::min(size + 1, rest.size()));
    }
    return true;
}

} // namespace weight
