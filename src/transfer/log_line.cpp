#include "transfer/log_line.hpp"

#include "transfer/words.hpp"

#include <array>
#include <ctime>
#include <string>

namespace transfer {

namespace {

using sys::Seconds;
using sys::Time;

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// In a shape, `0` stands for a digit, `a` for a letter, `_` for a digit or a blank; all else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
    if (text.size() < shape.size()) {
        return false;
    }
    for (std::size_t at = 0; at < shape.size(); ++at) {
        const bool is_digit = digits.find(text[at]) != std::string_view::npos;
        const bool fits = shape[at] == '0'   ? is_digit
                          : shape[at] == 'a' ? letters.find(text[at]) != std::string_view::npos
                          : shape[at] == '_' ? is_digit || text[at] == ' '
                                             : text[at] == shape[at];
        if (!fits) {
            return false;
        }
    }
    return true;
}

std::size_t end_of(std::string_view text, std::size_t at, std::string_view of) {
    return std::min(text.find_first_not_of(of, at), text.size());
}

std::size_t fraction_end(std::string_view text, std::size_t at) {
    return at < text.size() && (text[at] == '.' || text[at] == ',') ? end_of(text, at + 1, digits) : at;
}

// Z, +01:00, +0100, or one of them after a blank: Exim's log_timezone.
std::size_t zone_end(std::string_view text, std::size_t at) {
    if (at < text.size() && text[at] == 'Z') {
        return at + 1;
    }
    const std::size_t sign = at < text.size() && text[at] == ' ' ? at + 1 : at;
    if (sign >= text.size() || (text[sign] != '+' && text[sign] != '-')) {
        return at;
    }
    const std::string_view zone = text.substr(sign + 1);
    return has_shape(zone, "00:00") ? sign + 6 : has_shape(zone, "0000") ? sign + 5 : at;
}

constexpr std::string_view iso_date = "0000-00-00";
constexpr std::string_view iso_clock = "00:00:00";
constexpr std::size_t iso_size = iso_date.size() + 1 + iso_clock.size();

bool is_iso(std::string_view text) {
    return has_shape(text, iso_date) && text.size() >= iso_size &&
           (text[iso_date.size()] == ' ' || text[iso_date.size()] == 'T') &&
           has_shape(text.substr(iso_date.size() + 1), iso_clock);
}

std::string_view without_first_word(std::string_view text) {
    return trimmed(text.substr(std::min(text.find(' '), text.size())));
}

std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
}

// Behind RFC 5424's structured data: `-`, or elements in brackets, in whose quotes a bracket may stand.
std::string_view without_structured_data(std::string_view text) {
    if (!text.starts_with('[')) {
        return without_first_word(text);
    }
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && is_quoted) {
            ++at;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        } else if (text[at] == ']' && !is_quoted && (at + 1 == text.size() || text[at + 1] == ' ')) {
            return trimmed(text.substr(at + 1));
        }
    }
    return {};
}

std::optional<LogLine> rfc5424_line(std::string_view text) {
    LogLine line;
    line.stamp = stamp_at_start(text);
    if (!text.substr(line.stamp.size()).starts_with(' ')) {
        return std::nullopt;
    }
    line.rest = trimmed(text.substr(line.stamp.size()));
    text = without_first_word(line.rest); // behind the host
    line.program = first_word(text);
    text = without_first_word(without_first_word(without_first_word(text))); // process, message id
    line.text = without_structured_data(text);
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    line.text.remove_prefix(line.text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    return line;
}

// `postfix/smtpd[1]:`, `exim:`
std::optional<std::string_view> program_of(std::string_view tag) {
    if (tag.size() < 2 || tag.back() != ':') {
        return std::nullopt;
    }
    tag.remove_suffix(1);
    return tag.substr(0, tag.find('['));
}

// `HOST TAG: TEXT`, also `TAG: TEXT`. Solaris puts `[ID 1 mail.info]` before the text, FreeBSD its level
// before the host.
LogLine syslog_line(std::string_view stamp, std::string_view text) {
    if (text.starts_with('<')) {
        text = without_first_word(text);
    }
    for (const std::string_view from : {text, without_first_word(text)}) {
        if (const auto program = program_of(first_word(from))) {
            std::string_view rest = without_first_word(from);
            if (rest.starts_with("[ID ")) {
                rest = trimmed(rest.substr(std::min(rest.find("] "), rest.size() - 1) + 1));
            }
            return {stamp, text, *program, rest};
        }
    }
    return {stamp, text, {}, {}};
}

// `<22>` before the line, as syslog's packets have it.
std::string_view without_priority(std::string_view line) {
    const std::size_t end = line.find('>');
    return line.starts_with('<') && end != std::string_view::npos && end_of(line, 1, digits) == end
               ? line.substr(end + 1)
               : line;
}

// `text` has digits at these places.
int number_at(std::string_view text, std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
        value = value * 10 + (c == ' ' ? 0 : c - '0');
    }
    return value;
}

void set_clock(std::tm& parts, std::string_view clock) {
    parts.tm_hour = number_at(clock, 0, 2);
    parts.tm_min = number_at(clock, 3, 2);
    parts.tm_sec = number_at(clock, 6, 2);
    parts.tm_isdst = -1;
}

Time local_time(std::tm parts) {
    return Time{Seconds{std::mktime(&parts)}};
}

// Of ISO 8601.
Time dated_time(std::string_view stamp) {
    std::tm parts{};
    parts.tm_year = number_at(stamp, 0, 4) - 1900;
    parts.tm_mon = number_at(stamp, 5, 2) - 1;
    parts.tm_mday = number_at(stamp, 8, 2);
    set_clock(parts, stamp.substr(iso_date.size() + 1));
    const std::string_view zone = trimmed(stamp.substr(fraction_end(stamp, iso_size)));
    if (zone.empty()) {
        return local_time(parts);
    }
    const int minutes = zone == "Z" ? 0 : number_at(zone, 1, 2) * 60 + number_at(zone, zone.size() - 2, 2);
    return Time{Seconds{timegm(&parts) - (zone.front() == '-' ? -60L : 60L) * minutes}};
}

// `Nov 21 20:53:45`, `Nov 21 2026 20:53:45`
std::optional<Time> undated_time(std::string_view stamp, Time now) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::size_t month = months.find(stamp.substr(0, 3));
    if (month == std::string_view::npos || month % 3 != 0) {
        return std::nullopt;
    }
    std::tm parts{};
    parts.tm_mon = static_cast<int>(month / 3);
    parts.tm_mday = number_at(stamp, 4, 2);
    set_clock(parts, stamp.substr(stamp.find(':') - 2));
    if (has_shape(stamp.substr(7), "0000 ")) {
        parts.tm_year = number_at(stamp, 7, 4) - 1900;
        return local_time(parts);
    }
    std::tm today{};
    const std::time_t seconds = now.time_since_epoch().count();
    static_cast<void>(localtime_r(&seconds, &today));
    for (const int year : {today.tm_year + 1, today.tm_year, today.tm_year - 1}) {
        parts.tm_year = year;
        if (const Time time = local_time(parts); time <= now + std::chrono::days{1}) {
            return time;
        }
    }
    return std::nullopt;
}

} // namespace

std::string_view stamp_at_start(std::string_view text) {
    if (is_iso(text)) {
        return text.substr(0, zone_end(text, fraction_end(text, iso_size)));
    }
    for (const std::string_view shape : {"aaa _0 00:00:00", "aaa _0 0000 00:00:00"}) {
        if (has_shape(text, shape)) {
            return text.substr(0, fraction_end(text, shape.size()));
        }
    }
    return {};
}

std::optional<LogLine> log_line_of(std::string_view line) {
    line = without_priority(line);
    if (line.starts_with("1 ") && is_iso(line.substr(2))) {
        return rfc5424_line(line.substr(2));
    }
    constexpr std::string_view weekday = "aaa 0000-"; // journalctl -o short-full, which also names the zone
    const bool is_full = has_shape(line, weekday);
    line.remove_prefix(is_full ? std::string_view{"aaa "}.size() : 0);
    const std::string_view stamp = stamp_at_start(line);
    std::string_view text = line.substr(stamp.size());
    if (stamp.empty() || !text.starts_with(' ')) {
        return std::nullopt;
    }
    text = trimmed(text);
    text = is_full ? without_first_word(text) : text;
    return syslog_line(stamp, text);
}

std::optional<Time> time_of(std::string_view stamp, Time now) {
    if (stamp.empty() || stamp_at_start(stamp) != stamp) {
        return std::nullopt;
    }
    return is_iso(stamp) ? dated_time(stamp) : undated_time(stamp, now);
}

} // namespace transfer
