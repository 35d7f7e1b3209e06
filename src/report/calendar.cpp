#include "report/calendar.hpp"

#include "transfer/words.hpp"

#include <array>
#include <ctime>

namespace report {

namespace {

using namespace std::chrono;

std::string two_digits(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<Day> iso_day(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00";
    if (text.size() != shape.size() || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const auto year_number = transfer::number_of(text.substr(0, 4));
    const auto month_number = transfer::number_of(text.substr(5, 2));
    const auto day_number = transfer::number_of(text.substr(8, 2));
    if (!year_number || !month_number || !day_number || *month_number < 0 || *day_number < 0) {
        return std::nullopt;
    }
    const year_month_day date{year{static_cast<int>(*year_number)},
                              month{static_cast<unsigned>(*month_number)},
                              day{static_cast<unsigned>(*day_number)}};
    return date.ok() ? std::optional{Day{date}} : std::nullopt;
}

} // namespace

LocalTime local_time(sys::Time time) {
    const std::time_t since_1970 = time.time_since_epoch().count();
    std::tm parts{};
    static_cast<void>(localtime_r(&since_1970, &parts));
    return {Day{year{parts.tm_year + 1900} / (parts.tm_mon + 1) / parts.tm_mday},
            static_cast<unsigned>(parts.tm_hour), static_cast<unsigned>(parts.tm_min)};
}

LocalTime Calendar::at(sys::Time time) {
    constexpr minutes step{15};
    const auto begin = floor<duration<long, std::ratio<900>>>(time);
    if (quarter_ != begin) {
        quarter_ = begin;
        begin_ = local_time(begin);
    }
    LocalTime result = begin_;
    result.minute += static_cast<unsigned>(duration_cast<minutes>(time - begin) / minutes{1} % step.count());
    return result;
}

std::optional<Day> day_from(std::string_view text, Day today) {
    if (text == "today") {
        return today;
    }
    if (text == "yesterday") {
        return today - days{1};
    }
    constexpr std::int64_t longest_ago = 36'500;
    if (const auto ago = transfer::number_of(text); ago && *ago >= 0 && *ago <= longest_ago) {
        return today - days{*ago};
    }
    return iso_day(text);
}

std::string text_of(Day day) {
    const year_month_day date{day};
    const std::string year_text = std::to_string(static_cast<int>(date.year()));
    return year_text + '-' + two_digits(static_cast<unsigned>(date.month())) + '-' +
           two_digits(static_cast<unsigned>(date.day()));
}

std::string short_text_of(Day day) {
    constexpr std::array names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const year_month_day date{day};
    return std::to_string(static_cast<unsigned>(date.day())) + ' ' +
           names.at(static_cast<unsigned>(date.month()) - 1);
}

std::string text_of(const LocalTime& local_time) {
    return text_of(local_time.day) + ' ' + two_digits(local_time.hour) + ':' + two_digits(local_time.minute);
}

} // namespace report
