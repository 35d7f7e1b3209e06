// Days and hours as the administrator's clock has them.
#pragma once

#include "system/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace report {

// Of the local calendar, counted as if it were UTC's.
using Day = std::chrono::sys_days;

struct LocalTime {
    Day day;
    unsigned hour = 0;   // 0 to 23
    unsigned minute = 0; // 0 to 59

    friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

LocalTime local_time(sys::Time time);

// The same, remembering the quarter of an hour that was asked for last: zones differ by no less.
class Calendar {
  public:
    LocalTime at(sys::Time time);

  private:
    std::optional<sys::Time> quarter_;
    LocalTime begin_;
};

// 2026-11-21, `today`, `yesterday`, or a number of days before today.
std::optional<Day> day_from(std::string_view text, Day today);
constexpr std::string_view day_expected = "a day: 2026-11-21, today, yesterday, or how many days ago";

std::string text_of(Day day);                     // 2026-11-21
std::string short_text_of(Day day);               // 21 Nov
std::string text_of(const LocalTime& local_time); // 2026-11-21 20:53

} // namespace report
