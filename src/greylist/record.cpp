#include "greylist/record.hpp"

#include "greylist/kind.hpp"
#include "system/hexadecimal.hpp"
#include "system/text.hpp"

#include <sha1.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace greylist {

namespace {

constexpr std::size_t time_width = width_of('f');
constexpr std::size_t count_width = width_of('c');
constexpr std::size_t score_width = width_of('s'); // with its sign
constexpr std::int64_t largest_score = 9'999'999'999;
constexpr std::int64_t latest = 9'999'999'999;

constexpr std::string_view empty_field = "<>";
constexpr std::string_view mark_of_shortened = "%~";

void append_number(std::string& line, std::uint64_t value, std::size_t width) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    const auto length = static_cast<std::size_t>(end.ptr - digits.data());
    line.append(width - length, '0').append(digits.data(), length).append(1, ' ');
}

void append_score(std::string& line, std::int64_t score) {
    const std::int64_t kept = std::clamp(score, -largest_score, largest_score);
    line.append(1, kept < 0 ? '-' : '+');
    append_number(line, static_cast<std::uint64_t>(kept < 0 ? -kept : kept), score_width - 1);
}

std::uint64_t stored(Time time) {
    return static_cast<std::uint64_t>(std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, latest));
}

std::optional<std::uint64_t> number_in(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value;
}

std::optional<std::int64_t> score_in(std::string_view text) {
    const auto digits = number_in(text.substr(1));
    if (!digits || (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const auto value = static_cast<std::int64_t>(*digits);
    return text[0] == '-' ? -value : value;
}

Time time_of(std::uint64_t seconds) {
    return Time{Seconds{static_cast<std::int64_t>(seconds)}};
}

std::optional<unsigned char> escaped_byte(std::string_view text) {
    unsigned value = 0;
    if (text.size() < 2 || std::from_chars(text.data(), text.data() + 2, value, 16).ptr != text.data() + 2) {
        return std::nullopt;
    }
    return static_cast<unsigned char>(value);
}

void append(std::string& line, char number, const Record& record) {
    switch (number) {
    case 'f':
        return append_number(line, stored(record.first), time_width);
    case 'l':
        return append_number(line, stored(record.last), time_width);
    case 'w':
        return append_number(line, stored(record.window), time_width);
    case 'u':
        return append_number(line, stored(record.until), time_width);
    case 's':
        return append_score(line, record.score);
    default:
        return append_number(line, std::min(record.count, most_counted), count_width);
    }
}

// False where `text` is none.
bool take(std::string_view text, char number, Record& record) {
    if (number == 's') {
        const auto score = score_in(text);
        record.score = score.value_or(0);
        return score.has_value();
    }
    const auto value = number_in(text);
    if (!value) {
        return false;
    }
    switch (number) {
    case 'f':
        record.first = time_of(*value);
        break;
    case 'l':
        record.last = time_of(*value);
        break;
    case 'w':
        record.window = time_of(*value);
        break;
    case 'u':
        record.until = time_of(*value);
        break;
    default:
        record.count = *value;
    }
    return true;
}

// At most `size` bytes of the end of an escaped field, which begin with a whole character or escape.
std::string_view end_of(std::string_view text, std::size_t size) {
    const auto is_inside_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    std::size_t start = text.size() - std::min(text.size(), size);
    for (const std::size_t back : {1U, 2U}) {
        if (start >= back && text[start - back] == '%') {
            start += 3 - back;
        }
    }
    while (start < text.size() && is_inside_character(text[start])) {
        ++start;
    }
    return text.substr(start);
}

std::string shortened(std::string_view field) {
    constexpr std::size_t digits = 20;
    constexpr std::size_t marks = 3;
    constexpr std::size_t kept = longest_field - digits - marks;
    std::array<char, SHA1_DIGEST_STRING_LENGTH> sum{};
    SHA1Data(reinterpret_cast<const std::uint8_t*>(field.data()), field.size(), sum.data());
    const std::string end = escaped(field.substr(field.size() - std::min(field.size(), kept)));
    return std::string{mark_of_shortened}.append(sum.data(), digits).append(1, '~').append(end_of(end, kept));
}

} // namespace

Key triplet_key(std::string_view client, std::string_view sender, std::string_view recipient) {
    return {Kind::triplet, in_key(client) + ' ' + in_key(sender) + ' ' + in_key(recipient)};
}

Key client_key(std::string_view client) {
    return {Kind::client, in_key(client)};
}

Key instance_key(std::string_view instance) {
    return {Kind::instance, in_key(instance)};
}

Key pair_key(std::string_view client, std::string_view domain) {
    return {Kind::pair, in_key(client) + ' ' + in_key(domain)};
}

Key correspondent_key(std::string_view domain, std::string_view recipient) {
    return {Kind::correspondent, in_key(domain) + ' ' + in_key(recipient)};
}

Key weight_key(std::string_view what, const std::vector<std::string>& fields) {
    std::string text{what};
    for (const std::string& field : fields) {
        text.append(" ").append(in_key(field));
    }
    return {Kind::weight, std::move(text)};
}

std::size_t line_size(const Key& key) {
    return row_of(key.kind).key_start + key.text.size();
}

std::string line_of(const Record& record) {
    const char kind = static_cast<char>(record.key.kind);
    std::string line;
    line.reserve(line_size(record.key));
    line.append(1, kind).append(1, ' ');
    for (const char number : row_of(record.key.kind).numbers) {
        append(line, number, record);
    }
    return line.append(record.key.text);
}

std::string_view key_in(std::string_view line) {
    const KindRow* row = line.empty() ? nullptr : row_of(line.front());
    if (row == nullptr || line.size() <= row->key_start) {
        return {};
    }
    return line.substr(row->key_start);
}

std::optional<Record> record_of(std::string_view line) {
    const std::string_view key = key_in(line);
    if (key.empty() || line[1] != ' ') {
        return std::nullopt;
    }
    Record record{.key = {static_cast<Kind>(line.front()), std::string{key}}, .first = {}, .last = {}};
    const std::string_view numbers = row_of(line.front())->numbers;
    std::size_t at = 2;
    for (const char number : numbers) {
        const std::size_t width = width_of(number);
        if (!take(line.substr(at, width), number, record) || line[at + width] != ' ') {
            return std::nullopt;
        }
        at += width + 1;
    }
    if (numbers.find('f') == std::string_view::npos) {
        record.first = record.last;
    }
    return record;
}

std::string escaped(std::string_view field) {
    if (field.empty()) {
        return std::string{empty_field};
    }
    const bool has_special =
        field.find(' ') != std::string_view::npos || field.find('%') != std::string_view::npos;
    if (sys::is_plain(field) && !has_special && field != empty_field) {
        return std::string{field};
    }
    std::string result;
    result.reserve(field.size());
    for (std::size_t at = 0; at < field.size();) {
        const sys::Character next = sys::character_at(field, at);
        const bool is_plain = next.clean && field[at] != ' ' && field[at] != '%' && field != empty_field;
        for (const char c : field.substr(at, next.length)) {
            if (is_plain) {
                result += c;
            } else {
                const auto digits = sys::hexadecimal<2>(static_cast<unsigned char>(c), sys::upper_hex);
                result.append(1, '%').append(digits.data(), digits.size());
            }
        }
        at += next.length;
    }
    return result;
}

std::string in_key(std::string_view field) {
    if (field.size() > longest_field) {
        return shortened(field);
    }
    const std::string text = escaped(field);
    return text.size() > longest_field ? shortened(field) : text;
}

std::string unescaped(std::string_view field) {
    if (field == empty_field) {
        return {};
    }
    std::string result;
    result.reserve(field.size());
    for (std::size_t at = 0; at < field.size(); ++at) {
        const auto byte = field[at] == '%' ? escaped_byte(field.substr(at + 1)) : std::nullopt;
        if (byte) {
            result += static_cast<char>(*byte);
            at += 2;
        } else {
            result += field[at];
        }
    }
    return result;
}

std::vector<std::string> fields_of(const Key& key) {
    std::vector<std::string> fields;
    std::string_view rest = key.text;
    while (true) {
        const std::size_t blank = rest.find(' ');
        fields.push_back(unescaped(rest.substr(0, blank)));
        if (blank == std::string_view::npos) {
            return fields;
        }
        rest.remove_prefix(blank + 1);
    }
}

bool is_notice(const Key& key) {
    const bool has_mark = key.kind == Kind::instance && key.text.size() > 1 && key.text[0] == '%';
    return has_mark && key.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", 1) == std::string::npos;
}

std::string clean_text(const Key& key) {
    if (is_notice(key)) {
        return key.text;
    }
    std::string text;
    for (std::string_view rest = key.text;;) {
        const std::size_t blank = rest.find(' ');
        std::string_view field = rest.substr(0, blank);
        if (field.starts_with(mark_of_shortened) && field.size() <= longest_field) {
            text.append(mark_of_shortened);
            field.remove_prefix(mark_of_shortened.size());
        }
        text.append(escaped(unescaped(field)));
        if (blank == std::string_view::npos) {
            return text;
        }
        text.append(1, ' ');
        rest.remove_prefix(blank + 1);
    }
}

} // namespace greylist
