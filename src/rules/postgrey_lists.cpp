#include "rules/postgrey_lists.hpp"

#include "rules/lines.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace rules {

namespace {

std::string_view expression_in(std::string_view word) {
    if (word.size() < 3 || word.back() != '/') {
        throw Unreadable{"expected an expression between slashes"};
    }
    return word.substr(1, word.size() - 2);
}

std::size_t dots_in(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
}

bool is_address(std::string_view word) {
    return looks_like_address(word) || std::count(word.begin(), word.end(), ':') >= 2;
}

Pattern address_pattern(std::string_view word) {
    const bool is_partial = word.find_first_of(":/") == std::string_view::npos && dots_in(word) < 3;
    if (!is_partial) {
        return network_pattern(Field::client, word);
    }
    std::string whole{word};
    switch (dots_in(word)) {
    case 2:
        return network_pattern(Field::client, whole.append(".0/24"));
    case 1:
        return network_pattern(Field::client, whole.append(".0.0/16"));
    default:
        throw Unreadable{"expected an address, or its first two or three numbers"};
    }
}

Pattern client_pattern(std::string_view word) {
    if (word.front() == '/') {
        return expression_pattern(Field::client, expression_in(word));
    }
    return is_address(word) ? address_pattern(word) : below_pattern(Field::client, word);
}

// `text` as an expression that matches just that.
std::string quoted(std::string_view text) {
    std::string expression;
    for (const char c : text) {
        if (std::ispunct(static_cast<unsigned char>(c)) != 0) {
            expression += '\\';
        }
        expression += c;
    }
    return expression;
}

// A user that a key has no room for, as in `@example.org`, which is not a domain to postgrey: it matches an
// empty user, and `+extension` alone.
Pattern odd_mailbox_pattern(std::string_view user, std::string_view domain) {
    std::string expression = '^' + quoted(user) + R"((?:\+[^@]+)?@)";
    if (!domain.empty()) {
        expression += quoted(domain) + '$';
    }
    return expression_pattern(Field::recipient, expression);
}

Pattern recipient_pattern(std::string_view word) {
    if (word.front() == '/') {
        return expression_pattern(Field::recipient, expression_in(word));
    }
    const std::size_t at = word.find('@');
    if (at == std::string_view::npos) {
        return below_pattern(Field::recipient, word);
    }
    const std::string_view user = word.substr(0, at);
    return is_plain(user) ? mailbox_pattern(Field::recipient, word)
                          : odd_mailbox_pattern(user, word.substr(at + 1));
}

using ReadPattern = Pattern (*)(std::string_view word);

void read_list(const std::string& path, Compiler& compiler, ReadPattern read) {
    read_lines(path, Comments::to_the_end_of_line, compiler.complaints(), [&](const Line& line) {
        try {
            if (line.text.find_first_of(blanks) != std::string_view::npos) {
                throw Unreadable{"expected one entry a line, without blanks in it"};
            }
            compiler.add({false, {read(line.text)}, "pass"}, line.source);
        } catch (const Unreadable& unreadable) {
            compiler.complaints().wrong(line.source, line.text, unreadable.expected);
        }
    });
}

} // namespace

void read_client_list(const std::string& path, Compiler& compiler) {
    read_list(path, compiler, client_pattern);
}

void read_recipient_list(const std::string& path, Compiler& compiler) {
    read_list(path, compiler, recipient_pattern);
}

} // namespace rules
