#include "report/wording.hpp"

#include <array>
#include <cstdio>

namespace report {

namespace {

constexpr std::uint64_t minute = 60;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

std::string two_units(std::uint64_t seconds, std::uint64_t large, const char* large_name, std::uint64_t small,
                      const char* small_name) {
    std::string text = std::to_string(seconds / large);
    text.append(" ").append(large_name);
    if (const std::uint64_t rest = seconds % large / small; rest > 0) {
        text.append(" ").append(std::to_string(rest)).append(" ").append(small_name);
    }
    return text;
}

} // namespace

std::string number_text(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && (digits.size() - at) % 3 == 0) {
            text += ',';
        }
        text += digits[at];
    }
    return text;
}

std::string share_text(std::uint64_t part, std::uint64_t all) {
    if (all == 0) {
        return "–";
    }
    return decimal_text(100.0 * static_cast<double>(part) / static_cast<double>(all)).append(" %");
}

std::string with_share(std::uint64_t part, std::uint64_t all) {
    return number_text(part) + " (" + share_text(part, all) + ")";
}

std::string span_text(std::uint64_t seconds) {
    if (seconds < 2 * minute) {
        return std::to_string(seconds).append(" s");
    }
    if (seconds < hour) {
        return std::to_string(seconds / minute).append(" min");
    }
    return seconds < 2 * day ? two_units(seconds, hour, "h", minute, "min")
                             : two_units(seconds, day, "d", hour, "h");
}

std::string span_text(std::optional<std::uint64_t> seconds) {
    return seconds ? span_text(*seconds) : "–";
}

std::string decimal_text(double number) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.1f", number);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::uint64_t mean_of(std::uint64_t sum, std::uint64_t count) {
    return count == 0 ? 0 : (sum + count / 2) / count;
}

} // namespace report
