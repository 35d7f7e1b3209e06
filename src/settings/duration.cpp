#include "settings/duration.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace settings {

using namespace std::chrono_literals;

namespace {

constexpr sys::Seconds longest = 100 * 365 * 24h;

// Nothing where the letter names no unit.
std::optional<sys::Seconds> unit_named(char letter) {
    switch (letter) {
    case 's':
    case 'S':
        return 1s;
    case 'm':
    case 'M':
        return 1min;
    case 'h':
    case 'H':
        return 1h;
    case 'd':
    case 'D':
        return 24h;
    default:
        return std::nullopt;
    }
}

} // namespace

sys::Seconds duration_from(std::string_view text, sys::Seconds unit) {
    const sys::Seconds own = unit;
    if (const auto named = text.empty() ? std::nullopt : unit_named(text.back())) {
        unit = *named;
        text.remove_suffix(1);
    }
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() ||
        count > static_cast<std::uint64_t>(longest / unit)) {
        throw WrongValue{std::string{"a duration: a number of "} + (own == second ? "seconds" : "days") +
                         ", or a number followed by s, m, h or d"};
    }
    return unit * static_cast<sys::Seconds::rep>(count);
}

sys::Seconds above_0(sys::Seconds duration) {
    return duration > 0s ? duration : throw WrongValue{"a duration above 0"};
}

std::string shown_duration(sys::Seconds duration, sys::Seconds unit) {
    return std::to_string(duration / unit);
}

} // namespace settings
