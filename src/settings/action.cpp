#include "settings/action.hpp"

#include "system/text.hpp"

#include <algorithm>
#include <array>

namespace settings {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What must follow an action's word.
enum class Argument { none_needed, header, transport, address };

struct Word {
    std::string_view word;
    Argument argument;
    Outcome outcome;
};

constexpr std::array words{
    Word{"DUNNO", Argument::none_needed, Outcome::pass},
    Word{"OK", Argument::none_needed, Outcome::pass},
    Word{"RELAY", Argument::none_needed, Outcome::pass},
    Word{"PREPEND", Argument::header, Outcome::pass},
    Word{"REJECT", Argument::none_needed, Outcome::reject},
    Word{"DEFER", Argument::none_needed, Outcome::defer},
    Word{"DEFER_IF_PERMIT", Argument::none_needed, Outcome::defer},
    Word{"DEFER_IF_REJECT", Argument::none_needed, Outcome::defer},
    Word{"HOLD", Argument::none_needed, Outcome::pass},
    Word{"DISCARD", Argument::none_needed, Outcome::pass},
    Word{"FILTER", Argument::transport, Outcome::pass},
    Word{"REDIRECT", Argument::address, Outcome::pass},
    Word{"BCC", Argument::address, Outcome::pass},
    Word{"WARN", Argument::none_needed, Outcome::pass},
    Word{"INFO", Argument::none_needed, Outcome::pass},
};

struct Parts {
    std::string_view word;
    std::string_view text; // without the blanks around it
};

constexpr std::string_view blanks = " \t";

Parts parts_of(std::string_view action) {
    const std::size_t end = std::min(action.find_first_of(blanks), action.size());
    const std::size_t start = std::min(action.find_first_not_of(blanks, end), action.size());
    std::string_view text = action.substr(start);
    text = text.substr(0, text.find_last_not_of(blanks) + 1);
    return {action.substr(0, end), text};
}

const Word* find_word(std::string_view word) {
    const std::string folded = sys::lower_case(word);
    const auto* found = std::find_if(
        words.begin(), words.end(), [&](const Word& known) { return sys::lower_case(known.word) == folded; });
    return found == words.end() ? nullptr : found;
}

std::optional<std::string> whats_wrong_with_code(const Parts& parts) {
    const bool is_reply_code = parts.word.size() == 3 && (parts.word[0] == '4' || parts.word[0] == '5');
    if (!is_reply_code) {
        return parts.text.empty() ? "a bare number, which Postfix takes as OK"
                                  : "a code that is not three digits beginning with 4 or 5";
    }
    if (parts.text.empty()) {
        return "a code without text, which Postfix takes as OK";
    }
    return std::nullopt;
}

// RFC 5322, 2.2: printable ASCII without the colon.
bool is_header(std::string_view text) {
    const auto colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                       [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::string> whats_wrong_with_argument(Argument argument, std::string_view text) {
    const bool is_one_word = !text.empty() && text.find_first_of(blanks) == std::string_view::npos;
    switch (argument) {
    case Argument::none_needed:
        return std::nullopt;
    case Argument::header:
        if (!is_header(text)) {
            return "no header, expected Name: value";
        }
        return std::nullopt;
    case Argument::transport:
        if (!is_one_word || text.find(':') == std::string_view::npos || text.starts_with(':')) {
            return "no transport, expected transport:destination";
        }
        return std::nullopt;
    case Argument::address:
        if (!is_one_word || text.find('@') == std::string_view::npos) {
            return "no address, expected user@domain";
        }
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> whats_wrong(std::string_view action) {
    const Parts parts = parts_of(action);
    if (parts.word.empty()) {
        return action.empty() ? "empty, which Postfix takes as OK" : "a blank at its beginning";
    }
    if (std::all_of(parts.word.begin(), parts.word.end(), is_digit)) {
        return whats_wrong_with_code(parts);
    }
    const Word* known = find_word(parts.word);
    if (known == nullptr) {
        return "the unknown word " + sys::log_value(parts.word);
    }
    return whats_wrong_with_argument(known->argument, parts.text);
}

Outcome outcome_of(std::string_view action) {
    const Parts parts = parts_of(action);
    if (const Word* known = find_word(parts.word)) {
        return known->outcome;
    }
    if (parts.word.starts_with('4')) {
        return Outcome::defer;
    }
    return parts.word.starts_with('5') ? Outcome::reject : Outcome::pass;
}

std::string action_from(const std::string& text) {
    if (const auto wrong = whats_wrong(text)) {
        throw WrongValue{"an action of access(5); this is " + *wrong};
    }
    return text;
}

std::string header_from(const std::string& text) {
    if (!text.empty() && whats_wrong("PREPEND " + text)) {
        throw WrongValue{"a header, Name: value, or nothing"};
    }
    return text;
}

} // namespace settings
