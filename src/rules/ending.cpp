#include "rules/ending.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>

namespace rules {

namespace {

// In a tail: any one byte.
constexpr char any = '\0';

constexpr std::string_view quantifiers = "*+?";
// Escapes that stand for one byte out of several.
constexpr std::string_view one_of_many = "dDwWsShHvVN";

// Reads an expression from left to right and keeps what its matches end with as far as it is read: literal
// bytes, and `any` where one byte is not known. Whatever may be of another length empties it.
class Tail {
  public:
    explicit Tail(std::string_view expression) : rest_(expression) {}

    // Nothing where the expression is not anchored at its end, or not of the ordinary kind.
    std::optional<std::string> read() {
        while (!rest_.empty()) {
            if (rest_ == "$") {
                return depth_ == 0 ? std::optional{tail_} : std::nullopt;
            }
            if (!step()) {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

  private:
    std::string_view rest_;
    std::string tail_;
    unsigned depth_ = 0;

    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool step() {
        const char c = take();
        switch (c) {
        case '\\':
            return escape();
        case '[':
            return skip_class() && atom(any);
        case '.':
            return atom(any);
        case '(':
            return open_group();
        case ')':
            return close_group();
        case '|':
            tail_.clear();
            return depth_ > 0;
        case '^':
        case '$':
            tail_.clear();
            return true;
        case '{':
            return false;
        default:
            return c != any && quantifiers.find(c) == std::string_view::npos && atom(c);
        }
    }

    bool escape() {
        if (rest_.empty()) {
            return false;
        }
        const char c = take();
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
            return c != any && atom(c);
        }
        if (one_of_many.find(c) == std::string_view::npos || (c == 'N' && rest_.starts_with('{'))) {
            return false;
        }
        return atom(any);
    }

    // After `[`: up to the `]` that closes it. A class inside it ([:alpha:]) or a quoted part is left alone.
    bool skip_class() {
        if (rest_.starts_with('^')) {
            rest_.remove_prefix(1);
        }
        for (bool first = true; !rest_.empty(); first = false) {
            const char c = take();
            if (c == '[' || (c == '\\' && (rest_.empty() || take() == 'Q'))) {
                return false;
            }
            if (c == ']' && !first) {
                return true;
            }
        }
        return false;
    }

    bool open_group() {
        if (rest_.starts_with('*') || (rest_.starts_with('?') && !rest_.starts_with("?:"))) {
            return false;
        }
        rest_.remove_prefix(rest_.starts_with("?:") ? 2 : 0);
        ++depth_;
        tail_.clear();
        return true;
    }

    bool close_group() {
        if (depth_ == 0) {
            return false;
        }
        --depth_;
        if (!skip_quantifier()) {
            return false;
        }
        tail_.clear();
        return true;
    }

    bool atom(char c) {
        const std::size_t before = rest_.size();
        if (!skip_quantifier()) {
            return false;
        }
        if (rest_.size() == before) {
            tail_ += c;
        } else {
            tail_.clear();
        }
        return true;
    }

    // `*`, `+`, `?`, `{n,m}`, each possibly with `?` or `+` after it. False for a brace that is none.
    bool skip_quantifier() {
        if (rest_.starts_with('{')) {
            const std::size_t end = rest_.find_first_not_of("0123456789,", 1);
            if (end == std::string_view::npos || rest_[end] != '}') {
                return false;
            }
            rest_.remove_prefix(end + 1);
        } else if (!rest_.empty() && quantifiers.find(rest_.front()) != std::string_view::npos) {
            rest_.remove_prefix(1);
        } else {
            return true;
        }
        if (rest_.starts_with('?') || rest_.starts_with('+')) {
            rest_.remove_prefix(1);
        }
        return true;
    }
};

char folded(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string literal_ending(std::string_view expression) {
    const std::string tail = Tail{expression}.read().value_or("");
    const std::size_t unknown = tail.rfind(any);
    return unknown == std::string::npos ? tail : tail.substr(unknown + 1);
}

bool may_match(std::string_view expression, std::string_view value) {
    const std::string tail = Tail{expression}.read().value_or("");
    if (tail.size() > value.size()) {
        return false;
    }
    return std::equal(
        tail.begin(), tail.end(), value.end() - static_cast<std::ptrdiff_t>(tail.size()),
        [](char in_tail, char in_value) { return in_tail == any || folded(in_tail) == folded(in_value); });
}

} // namespace rules
