// What the filter itself has said in a log, entry by entry, in each form that a log has. Pure: bytes in, entries out.
//
//     Nov 21 20:53:45 mx greyonce[1]: TEXT                        and all else that transfer/log_line.hpp reads
//     __REALTIME_TIMESTAMP=1795294425000000                       journalctl -o export: fields, a line each, or a name
//     SYSLOG_IDENTIFIER=greyonce                                  alone and eight bytes of length before a value with
//     MESSAGE=TEXT                                                newlines; an empty line ends the entry
//
// An entry is the filter's where the log's daemon says so, before the text; whatever others write into theirs is theirs.
#pragma once

#include "system/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace report {

struct Entry {
    sys::Time time;
    std::string_view text; // of the filter, without its name
};

class Entries {
  public:
    // No line that is longer is the filter's, or looked at.
    static constexpr std::size_t longest_line = std::size_t{64} * 1024;

    // `written`: when the log was last written to, by which times without a year get one.
    explicit Entries(sys::Time written) : written_(written) {}

    // Takes the next entry of the filter off `bytes`, and all before it. None: more bytes are wanted, behind those that are
    // left of these, or with `is_end` there is none. The entry lasts as long as the bytes do, and until the next call.
    std::optional<Entry> next(std::string_view& bytes, bool is_end);

    // The first and the last time of any entry, whoever's it is; of the last one only at the end.
    [[nodiscard]] std::optional<sys::Time> begin() const { return begin_; }
    [[nodiscard]] std::optional<sys::Time> end();

    // Entries of the filter that have no time.
    [[nodiscard]] std::uint64_t timeless() const { return timeless_; }

  private:
    enum class Form { unknown, lines, journal };

    // A line without its end, or none: what is left has no end yet.
    std::optional<std::string_view> take_line(std::string_view& bytes, bool is_end);
    bool skip(std::string_view& bytes);
    std::optional<Entry> entry_of(std::string_view line);
    std::optional<Entry> next_of_journal(std::string_view& bytes, bool is_end);
    void take_field(std::string_view line);
    std::optional<Entry> take_journal_entry();
    void note_time(std::string_view line);
    std::optional<sys::Time> time_of(std::string_view stamp);

    sys::Time written_;
    Form form_ = Form::unknown;
    std::optional<sys::Time> begin_;
    std::optional<sys::Time> end_;
    std::string last_line_; // the beginning of it
    std::uint64_t timeless_ = 0;
    bool is_in_long_line_ = false;
    std::uint64_t to_skip_ = 0; // bytes of a value with newlines, and the newline behind it

    // Of the journal's entry that is being read.
    std::optional<sys::Time> journal_time_;
    std::optional<std::string> program_;
    std::optional<std::string> message_;

    // The minute that was looked at last: most lines are of the same.
    std::string minute_;
    std::string zone_;
    std::optional<sys::Time> minute_time_;
};

} // namespace report
