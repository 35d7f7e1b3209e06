#include "transfer/table_rows.hpp"

#include "transfer/words.hpp"

#include "system/text.hpp"

#include <algorithm>

namespace transfer {

namespace {

constexpr auto npos = std::string_view::npos;

// What stands behind a backslash.
char meant_by(char c) {
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    default:
        return c;
    }
}

// Takes one value of SQL off the beginning: 'text' with '' for ', a number, or NULL as empty.
std::string next_value(std::string_view& text, bool has_escapes) {
    std::string value;
    const std::size_t quote = text.find_first_of("',)");
    if (quote == npos || text[quote] != '\'') {
        value = trimmed(text.substr(0, quote));
        text.remove_prefix(std::min(quote, text.size()));
        return sys::lower_case(value) == "null" ? std::string{} : value;
    }
    std::size_t at = quote + 1; // behind the quote, and E or _binary before it
    for (; at < text.size(); ++at) {
        if (has_escapes && text[at] == '\\' && at + 1 < text.size()) {
            value += meant_by(text[++at]);
        } else if (text[at] != '\'') {
            value += text[at];
        } else if (text.substr(at + 1).starts_with('\'')) {
            value += text[++at];
        } else {
            ++at;
            break;
        }
    }
    text.remove_prefix(at);
    return value;
}

// A row of SQL, `(…)`, off the beginning.
TableRows::Row next_row(std::string_view& text, bool has_escapes) {
    TableRows::Row row;
    do {
        text.remove_prefix(1); // the bracket, or the comma
        row.push_back(next_value(text, has_escapes));
        text = trimmed(text);
    } while (text.starts_with(','));
    text.remove_prefix(text.starts_with(')') ? 1 : 0);
    return row;
}

TableRows::Row copied_row(std::string_view line) {
    TableRows::Row row;
    for (const std::string_view field : split(line, '\t')) {
        std::string& value = row.emplace_back();
        for (std::size_t at = 0; at < field.size() && field != "\\N"; ++at) {
            const bool is_escape = field[at] == '\\' && at + 1 < field.size();
            value += is_escape ? meant_by(field[++at]) : field[at];
        }
    }
    return row;
}

// "text" of CSV, with "" for ".
std::string without_quotes(std::string_view field) {
    const char quote = field.empty() ? '\0' : field.front();
    if (field.size() < 2 || (quote != '"' && quote != '\'') || field.back() != quote) {
        return std::string{field};
    }
    std::string value;
    field = field.substr(1, field.size() - 2);
    for (std::size_t at = 0; at < field.size(); ++at) {
        at += field.substr(at).starts_with(std::string(2, quote)) ? 1 : 0;
        value += field[at];
    }
    return value;
}

// Of a list. The separator is the one that makes most fields of it.
TableRows::Row listed_row(std::string_view line) {
    char separator = '|';
    for (const char other : {'\t', ',', ';'}) {
        if (std::count(line.begin(), line.end(), other) > std::count(line.begin(), line.end(), separator)) {
            separator = other;
        }
    }
    line = separator == '\t' ? line : trimmed(line);
    if (line.size() >= 2 && line.front() == '|' && line.back() == '|') {
        line = line.substr(1, line.size() - 2); // the frame of mysql's tables
    }
    TableRows::Row row;
    for (const std::string_view field : split(line, separator)) {
        row.push_back(without_quotes(trimmed(field)));
    }
    return row;
}

} // namespace

void TableRows::insert(std::string_view values, const std::function<void(const Row&)>& take) {
    for (values = trimmed(values); values.starts_with('('); values = trimmed(values)) {
        take(next_row(values, is_mysql_));
        values = trimmed(values);
        values.remove_prefix(values.starts_with(',') ? 1 : 0);
    }
    is_insert_ = !values.starts_with(';');
}

void TableRows::each_row(std::string_view line, const std::function<void(const Row&)>& take) {
    if (is_copy_) {
        is_copy_ = line != "\\.";
        if (is_copy_) {
            take(copied_row(line));
        }
        return;
    }
    if (is_insert_ && trimmed(line).starts_with('(')) {
        insert(line, take);
        return;
    }
    constexpr std::size_t longest_start = 1024; // of a statement, up to its values
    const std::string start = sys::lower_case(line.substr(0, longest_start));
    is_utc_ = is_utc_ || start.find("set time_zone='+00:00'") != npos;
    const std::size_t values = start.find("values");
    if (start.starts_with("insert ") || start.starts_with("replace ")) {
        is_mysql_ = line.find('`') < line.find('(');
        is_insert_ = values != npos;
        insert(is_insert_ ? line.substr(values + std::string_view{"values"}.size()) : ";", take);
    } else if (start.starts_with("copy ") && start.ends_with("from stdin;")) {
        is_copy_ = true;
    } else if (start.find_first_of("|\t,;") != npos) {
        take(listed_row(line));
    }
}

} // namespace transfer
