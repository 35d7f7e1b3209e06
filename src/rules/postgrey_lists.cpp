#include "rules/postgrey_lists.hpp"

#include "rules/host_name.hpp"
#include "rules/lines.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace rules {

namespace {

std::size_t count_of(std::string_view text, char c) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

void read_address(std::string_view word, Pattern& pattern) {
    const bool is_whole =
        word.find(':') != std::string_view::npos || word.find('/') != std::string_view::npos;
    const std::size_t dots = is_whole ? 3 : count_of(word, '.');
    if (dots >= 3) {
        read_network(Field::client, word, pattern);
    } else if (dots == 2) {
        read_network(Field::client, std::string{word} + ".0/24", pattern);
    } else if (dots == 1) {
        read_network(Field::client, std::string{word} + ".0.0/16", pattern);
    } else {
        throw Unreadable{"expected an address, or its first two or three numbers"};
    }
}

// sqlgrey's lists have `*.example.org` for what stands without the star here.
std::string_view without_star(std::string_view word) {
    return word.starts_with("*.") ? word.substr(2) : word;
}

void read_client(PatternReader& patterns, std::string_view word, Pattern& pattern) {
    if (word.front() == '/') {
        patterns.read_expression(Field::client, word, pattern);
    } else if (is_meant_as_address(word)) {
        read_address(word, pattern);
    } else if (is_meant_as_address(without_star(word))) {
        throw Unreadable{"expected an address or a name: only a name has others below it"};
    } else {
        patterns.read_below(Field::client, without_star(word), pattern);
    }
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

std::string_view whats_odd_in_odd_mailbox(std::string_view local, std::string_view domain) {
    if (local.empty()) {
        return "no mailbox has an empty name: a domain stands without @";
    }
    if (local.find('*') != std::string_view::npos) {
        return "* stands for itself: a domain stands without @";
    }
    const auto odd = whats_odd_in_local_part(local, Characters{local});
    return odd.empty() && !domain.empty() ? whats_odd_in_domain(domain, Characters{domain}) : odd;
}

// A user that a key has no room for, as in `@example.org`, which is not a domain to postgrey: it matches an
// empty user, and `+extension` alone.
void read_odd_mailbox(PatternReader& patterns, std::string_view word, Pattern& pattern) {
    const std::size_t at = word.find('@');
    std::string expression = "/^" + quoted(word.substr(0, at)) + R"((?:\+[^@]+)?@)";
    if (at + 1 < word.size()) {
        expression += quoted(word.substr(at + 1)) + '$';
    }
    patterns.read_expression(Field::recipient, expression + '/', pattern);
    pattern.doubt = whats_odd_in_odd_mailbox(word.substr(0, at), word.substr(at + 1));
}

void read_recipient(PatternReader& patterns, std::string_view word, Pattern& pattern) {
    const std::size_t at = word.find('@');
    if (word.front() == '/' && (at == std::string_view::npos || word.back() == '/')) {
        patterns.read_expression(Field::recipient, word, pattern);
    } else if (at == std::string_view::npos) {
        patterns.read_below(Field::recipient, without_star(word), pattern);
        if (word == "postmaster" || word == "abuse") {
            pattern.doubt = "taken for a domain: the mailbox is " + std::string{word} + '@';
        }
    } else if (is_plain(word.substr(0, at))) {
        patterns.read_mailbox(Field::recipient, word, pattern);
    } else {
        read_odd_mailbox(patterns, word, pattern);
    }
}

using ReadPattern = void (*)(PatternReader& patterns, std::string_view word, Pattern& pattern);

void read_list(const std::string& path, Compiler& compiler, ReadPattern read) {
    PatternReader patterns;
    Entry entry;
    entry.size = 1;
    entry.verdict = "pass";
    read_lines(path, Comments::to_the_end_of_line, compiler.complaints(), [&](const Line& line) {
        try {
            read(patterns, line.text, entry.patterns[0]);
            compiler.add(entry, line.source);
        } catch (const Unreadable& unreadable) {
            const bool has_blanks = std::any_of(line.text.begin(), line.text.end(), is_blank);
            compiler.complaints().wrong(line.source, line.text,
                                        has_blanks ? "expected one entry a line, without blanks in it"
                                                   : unreadable.expected);
        }
    });
}

} // namespace

void read_client_list(const std::string& path, Compiler& compiler) {
    read_list(path, compiler, read_client);
}

void read_recipient_list(const std::string& path, Compiler& compiler) {
    read_list(path, compiler, read_recipient);
}

} // namespace rules
