#include "weight/perl.hpp"

#include <algorithm>
#include <array>

namespace weight {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word(char c) {
    return begins_word(c) || is_digit(c);
}

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

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

void append(PerlText& text, char c) {
    if (text.empty() || text.back().is_variable) {
        text.push_back({});
    }
    text.back().text += c;
}

// The variable that `text` begins with, $NAME, ${NAME} or @NAME, is taken off it. False where there is
// another thing: an element of a list, a name of another package, a method.
bool take_variable(std::string_view& text, PerlText& into) {
    const char sigil = text.front();
    const bool is_braced = text.substr(1).starts_with('{');
    const std::string_view rest = text.substr(is_braced ? 2 : 1);
    const auto* const end = std::find_if_not(rest.begin(), rest.end(), is_word);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    std::string_view behind = rest.substr(size);
    if (size == 0 || !begins_word(rest[0]) || (is_braced && !behind.starts_with('}'))) {
        return false;
    }
    behind.remove_prefix(is_braced ? 1 : 0);
    if (behind.starts_with('[') || behind.starts_with('{') || behind.starts_with("->") ||
        behind.starts_with("::")) {
        return false;
    }
    into.push_back({true, sigil + std::string{rest.substr(0, size)}});
    text = behind;
    return true;
}

// What an escape in double quotes stands for; none where it would have to be worked out.
std::optional<char> escaped(char c) {
    if (c == 'n') {
        return '\n';
    }
    if (c == 't') {
        return '\t';
    }
    return is_word(c) ? std::nullopt : std::optional{c};
}

// Where Perl has a variable in a text. A dollar sign before a blank or the end is none.
bool stands_for_variable(std::string_view text) {
    const char next = text.size() > 1 ? text[1] : ' ';
    return text.front() == '$' ? !is_blank(next)
                               : text.front() == '@' && (is_word(next) || next == '{' || next == ':');
}

} // namespace

bool PerlReader::is_word_here(std::string_view word) const {
    return is_here(word) && !is_word(ahead(word.size()));
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
        } else if (is_blank(here())) {
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
        if (c == '#' && (place_ == 0 || is_blank(text_[place_ - 1]))) {
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
    if ((here() == '$' || here() == '@') && begins_word(ahead(1))) {
        do {
            name += here();
            step();
        } while (is_word(here()));
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
    if (is_here("qw") && !is_word(ahead(2))) {
        return take_words(values);
    }
    PerlText text;
    if (here() == '@') {
        std::string_view rest = text_.substr(place_);
        const bool is_list = take_variable(rest, text);
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
    if (c == '\'' || (c == 'q' && !is_word(ahead(1)))) {
        place_ += c == 'q' ? 1 : 0;
        return take_plain(text);
    }
    if (c == '"' || (is_here("qq") && !is_word(ahead(2)))) {
        place_ += c == 'q' ? 2 : 0;
        return take_interpolated(text);
    }
    if (is_here("qr") && !is_word(ahead(2))) {
        place_ += 2;
        return take_pattern(text);
    }
    return c == '$' ? take_scalar(text) : take_number(text);
}

bool PerlReader::take_scalar(PerlText& text) {
    std::string_view rest = text_.substr(place_);
    const bool is_scalar = take_variable(rest, text);
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
    const bool is_octal = here() == '0' && is_digit(ahead(1));
    for (bool has_point = false;
         is_digit(here()) || here() == '_' || (here() == '.' && !has_point && is_digit(ahead(1))); step()) {
        has_point = has_point || here() == '.';
        number.append(here() == '_' ? 0 : 1, here());
    }
    if (number.size() == start || is_octal || is_word(here())) {
        return false;
    }
    text.push_back({false, number});
    return true;
}

// What stands between the delimiter that is here and the one that ends it.
std::optional<std::string_view> PerlReader::delimited() {
    const Delimiter delimiter{here(), closing_of(here())};
    if (is_at_end() || is_word(delimiter.opening) || is_blank(delimiter.opening)) {
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

// A backslash stands for itself but before another, or before the delimiter.
bool PerlReader::take_plain(PerlText& text) {
    const char opening = here();
    const auto between = delimited();
    if (!between) {
        return false;
    }
    text.push_back({});
    for (std::size_t i = 0; i < between->size(); ++i) {
        const char next = i + 1 < between->size() ? (*between)[i + 1] : '\0';
        const bool is_escape =
            (*between)[i] == '\\' && (next == '\\' || next == opening || next == closing_of(opening));
        i += is_escape ? 1 : 0;
        append(text, (*between)[i]);
    }
    return true;
}

bool PerlReader::take_interpolated(PerlText& text) {
    const auto between = delimited();
    if (!between) {
        return false;
    }
    text.push_back({});
    for (std::string_view rest = *between; !rest.empty();) {
        if (stands_for_variable(rest)) {
            if (!take_variable(rest, text)) {
                return false;
            }
            continue;
        }
        const bool is_escape = rest.front() == '\\' && rest.size() > 1;
        const auto c = is_escape ? escaped(rest[1]) : std::optional{rest.front()};
        if (!c) {
            return false;
        }
        append(text, *c);
        rest.remove_prefix(is_escape ? 2 : 1);
    }
    return true;
}

// Kept as it is, with no letters behind it but i: here they match in any case.
bool PerlReader::take_pattern(PerlText& text) {
    const auto between = delimited();
    if (!between) {
        return false;
    }
    if (here() == 'i') {
        step();
    }
    for (std::size_t i = 0; i < between->size(); ++i) {
        const char next = i + 1 < between->size() ? (*between)[i + 1] : '\0';
        if ((*between)[i] == '\\') {
            ++i;
        } else if (((*between)[i] == '$' || (*between)[i] == '@') && (is_word(next) || next == '{')) {
            return false;
        }
    }
    text.push_back({false, std::string{*between}});
    return !is_word(here());
}

bool PerlReader::take_words(std::vector<PerlText>& values) {
    place_ += 2;
    const auto between = delimited();
    if (!between) {
        return false;
    }
    for (std::string_view rest = *between; !rest.empty();) {
        const auto* const end = std::find_if(rest.begin(), rest.end(), is_blank);
        const auto size = static_cast<std::size_t>(end - rest.begin());
        if (size > 0) {
            values.push_back({{false, std::string{rest.substr(0, size)}}});
        }
        rest.remove_prefix(std::min(size + 1, rest.size()));
    }
    return true;
}

} // namespace weight
