// Assignments of a Perl file, read as data: nothing is run, and what is anything else is passed over and
// told.
//
//     statement = [ "my" / "our" ] ( scalar ( "=" / ".=" ) joined / list "=" values ) ";"
//     scalar    = "$" name        list = "@" name
//     values    = "(" [ value *( "," value ) ] ")" / qw(words)            value = joined / list / values
//     joined    = term *( "." term )                                      or the same in parentheses
//     term      = number / 'text' / q(text) / "text with $scalar in it" / qq(text) / scalar / qr/pattern/
//     "#" to the end of a line is a comment; use, no, package and a true value say nothing
#pragma once

#include "weight/perl_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weight {

struct PerlStatement {
    std::size_t line = 0; // where it begins, from 1
    std::string name;     // what it assigns to, with its sigil; empty where that is nothing
    bool appends = false;
    std::optional<std::vector<PerlText>> values; // none: it is no plain assignment
};

class PerlReader {
  public:
    explicit PerlReader(std::string_view text) : text_(text) {}

    // The next statement; none at the end.
    std::optional<PerlStatement> next();

  private:
    std::string_view text_;
    std::size_t place_ = 0;
    std::size_t line_ = 1;

    [[nodiscard]] bool is_at_end() const { return place_ >= text_.size(); }
    [[nodiscard]] char here() const { return is_at_end() ? '\0' : text_[place_]; }
    [[nodiscard]] char ahead(std::size_t by) const {
        return place_ + by < text_.size() ? text_[place_ + by] : '\0';
    }
    [[nodiscard]] bool is_here(std::string_view text) const { return text_.substr(place_).starts_with(text); }
    [[nodiscard]] bool is_word_here(std::string_view word) const;
    void step();
    void skip_blanks();
    void skip_line();
    void skip_text(char quote);
    void skip_statement();
    bool take(std::string_view wanted);
    bool take_idle_statement();

    std::string variable_name();
    std::optional<std::vector<PerlText>> scalar();
    std::optional<std::vector<PerlText>> list();
    bool take_item(std::vector<PerlText>& values);
    bool take_joined(PerlText& text);
    bool take_term(PerlText& text);
    bool take_number(PerlText& text);
    bool take_scalar(PerlText& text);
    bool take_pattern(PerlText& text);
    bool take_words(std::vector<PerlText>& values);
    std::optional<std::string_view> delimited();
};

} // namespace weight
