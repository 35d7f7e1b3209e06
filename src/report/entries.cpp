#include "report/entries.hpp"

#include "transfer/log_line.hpp"
#include "transfer/words.hpp"

#include <algorithm>
#include <cstring>

namespace report {

namespace {

constexpr std::string_view the_filter = "greyonce";

// More than any time at the beginning of a line takes.
constexpr std::size_t enough_for_time = 64;

bool names_the_filter(std::string_view line) {
    return memmem(line.data(), line.size(), the_filter.data(), the_filter.size()) != nullptr;
}

// As journalctl begins each entry: __CURSOR=…
bool begins_a_journal(std::string_view line) {
    const std::size_t equals = line.find('=');
    return line.starts_with("__") && equals != std::string_view::npos &&
           line.substr(0, equals).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

// Where the filter writes to standard error, and that goes to the journal, it says its name itself.
std::string_view without_own_name(std::string_view text) {
    constexpr std::string_view own_name = "greyonce: ";
    text.remove_prefix(text.starts_with(own_name) ? own_name.size() : 0);
    return text;
}

std::optional<sys::Time> journal_time(std::string_view microseconds) {
    const auto number = transfer::number_of(microseconds);
    if (!number || *number < 0) {
        return std::nullopt;
    }
    return sys::Time{sys::Seconds{*number / 1'000'000}};
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (std::size_t at = bytes.size(); at > 0; --at) {
        number = number << 8U | static_cast<unsigned char>(bytes[at - 1]);
    }
    return number;
}

} // namespace

std::optional<Entry> Entries::next(std::string_view& bytes, bool is_end) {
    if (form_ == Form::unknown) {
        const std::size_t line_end = bytes.find('\n');
        if (line_end == std::string_view::npos && !is_end && bytes.size() < longest_line) {
            return std::nullopt;
        }
        form_ = begins_a_journal(bytes.substr(0, line_end)) ? Form::journal : Form::lines;
    }
    if (form_ == Form::journal) {
        return next_of_journal(bytes, is_end);
    }
    while (const auto line = take_line(bytes, is_end)) {
        note_time(*line);
        if (!names_the_filter(*line)) {
            continue;
        }
        if (const auto entry = entry_of(*line)) {
            return entry;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> Entries::take_line(std::string_view& bytes, bool is_end) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const bool is_whole = end != std::string_view::npos;
        if (!is_whole && !is_end && bytes.size() < longest_line) {
            return std::nullopt;
        }
        std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
        const bool is_of_long_line = is_in_long_line_ || line.size() >= longest_line;
        is_in_long_line_ = is_of_long_line && !is_whole;
        if (is_of_long_line) {
            continue;
        }
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        return line;
    }
    return std::nullopt;
}

std::optional<Entry> Entries::entry_of(std::string_view line) {
    const auto parts = transfer::log_line_of(line);
    if (!parts || parts->program != the_filter) {
        return std::nullopt;
    }
    const auto time = time_of(parts->stamp);
    if (!time) {
        ++timeless_;
        return std::nullopt;
    }
    return Entry{*time, without_own_name(parts->text)};
}

// Of each line the beginning is kept: which one is the last shows at the end.
void Entries::note_time(std::string_view line) {
    last_line_.assign(line.substr(0, enough_for_time));
    if (!begin_) {
        if (const auto parts = transfer::log_line_of(line)) {
            begin_ = time_of(parts->stamp);
        }
    }
}

std::optional<sys::Time> Entries::end() {
    if (form_ != Form::lines) {
        return end_;
    }
    const auto parts = transfer::log_line_of(last_line_);
    return parts ? time_of(parts->stamp) : std::nullopt;
}

// The C library takes a microsecond for a local time, and a log has as many lines as it has.
std::optional<sys::Time> Entries::time_of(std::string_view stamp) {
    constexpr std::size_t to_seconds = std::string_view{":00:"}.size();
    const std::size_t colon = stamp.find(':');
    if (colon == std::string_view::npos || stamp.size() < colon + to_seconds + 2) {
        return std::nullopt;
    }
    const std::string_view minute = stamp.substr(0, colon + to_seconds);
    const auto seconds = transfer::number_of(stamp.substr(colon + to_seconds, 2));
    std::string_view zone = stamp.substr(colon + to_seconds + 2);
    if (zone.starts_with('.') || zone.starts_with(',')) {
        zone = zone.substr(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
    }
    if (!seconds) {
        return std::nullopt;
    }
    if (minute != minute_ || zone != zone_) {
        minute_ = minute;
        zone_ = zone;
        minute_time_ = transfer::time_of(minute_ + "00" + zone_, written_);
    }
    return minute_time_ ? std::optional{*minute_time_ + sys::Seconds{*seconds}} : std::nullopt;
}

// --- the journal ---

// Takes what is left of a value that is not looked at; false: more bytes are wanted.
bool Entries::skip(std::string_view& bytes) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, bytes.size()));
    bytes.remove_prefix(now);
    to_skip_ -= now;
    return to_skip_ == 0;
}

std::optional<Entry> Entries::next_of_journal(std::string_view& bytes, bool is_end) {
    constexpr std::size_t length_size = 8;
    while (skip(bytes)) {
        std::string_view rest = bytes;
        const auto line = take_line(rest, is_end);
        if (!line) {
            bytes = rest; // of a line that is too long nothing is kept
            break;
        }
        const bool is_binary = !line->empty() && line->find('=') == std::string_view::npos;
        if (is_binary && rest.size() < length_size && !is_end) {
            return std::nullopt; // the name is looked at again, with the length
        }
        bytes = rest;
        if (is_binary) {
            // No text of the filter has a newline or a byte that is no UTF-8: such a value is another's.
            constexpr std::uint64_t endless = std::uint64_t{1} << 62U;
            to_skip_ = std::min(little_endian(bytes.substr(0, length_size)), endless) + length_size + 1;
        } else if (!line->empty()) {
            take_field(*line);
        } else if (const auto entry = take_journal_entry()) {
            return entry;
        }
    }
    return is_end ? take_journal_entry() : std::nullopt;
}

// Of a field that comes twice the first value counts: the journal's own fields come first.
void Entries::take_field(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view name = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (name == "__REALTIME_TIMESTAMP" && !journal_time_) {
        journal_time_ = journal_time(value);
    } else if (name == "SYSLOG_IDENTIFIER" && !program_) {
        program_ = value;
    } else if (name == "MESSAGE" && !message_) {
        message_ = value;
    }
}

std::optional<Entry> Entries::take_journal_entry() {
    const bool is_the_filters = program_ == the_filter && message_.has_value();
    const auto time = journal_time_;
    if (is_the_filters) {
        last_line_ = *message_;
    }
    journal_time_.reset();
    program_.reset();
    message_.reset();
    begin_ = begin_ ? begin_ : time;
    end_ = time ? time : end_;
    if (is_the_filters && !time) {
        ++timeless_;
    }
    return is_the_filters && time ? std::optional{Entry{*time, without_own_name(last_line_)}} : std::nullopt;
}

} // namespace report
