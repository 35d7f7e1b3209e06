#include "settings/config_file.hpp"

#include "system/lines.hpp"

#include <algorithm>

namespace settings {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

bool is_escaped(std::string_view text, std::size_t at) {
    return text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
}

// The value that `text` has between quotation marks, with nothing but a comment behind them.
std::optional<std::string> quoted_value(std::string_view text) {
    if (!text.starts_with('"')) {
        return std::nullopt;
    }
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            const std::string_view behind = trimmed(text.substr(at + 1));
            return behind.empty() || behind.front() == '#' ? std::optional{value} : std::nullopt;
        }
        at += is_escaped(text, at) ? 1 : 0;
        value += text[at];
    }
    return std::nullopt;
}

} // namespace

ConfigFile::ConfigFile(std::string_view text) : rest_(text) {
    sys::skip_byte_order_mark(rest_);
}

std::optional<ConfigLine> ConfigFile::next() {
    while (!rest_.empty()) {
        const std::string_view line = sys::take_line(rest_);
        ++number_;
        const std::string_view content = trimmed(line.substr(0, line.find('#')));
        if (content.empty()) {
            continue;
        }
        const std::size_t equals = content.find('=');
        if (equals == std::string_view::npos) {
            return ConfigLine{number_, {}, {}};
        }
        const std::string_view whole = trimmed(line);
        const auto quoted = quoted_value(trimmed(whole.substr(equals + 1)));
        return ConfigLine{number_, std::string{trimmed(content.substr(0, equals))},
                          quoted ? *quoted : std::string{trimmed(content.substr(equals + 1))}};
    }
    return std::nullopt;
}

std::string config_value(std::string_view value) {
    if (value == trimmed(value) && !value.starts_with('"') && value.find('#') == std::string_view::npos) {
        return std::string{value};
    }
    std::string quoted{"\""};
    for (const char c : value) {
        quoted.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    }
    return quoted += '"';
}

} // namespace settings
