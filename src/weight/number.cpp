#include "weight/number.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace weight {

namespace {

std::string with_digits(double score, int significant) {
    std::array<char, 40> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*g", significant, score);
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

std::string printed(double score) {
    return with_digits(score, 15);
}

double rounded(double score) {
    const std::string text = printed(score);
    const std::size_t point = text.find('.');
    if (point == std::string::npos) {
        return score;
    }
    // A minus anywhere, also that of an exponent, takes one place from the digits before the point.
    const int before = static_cast<int>(point) - (text.find('-') != std::string::npos ? 1 : 0);
    return std::strtod(with_digits(score, before + 3).c_str(), nullptr);
}

std::optional<double> parse_score(std::string_view text) {
    constexpr std::size_t longest = 20;
    if (text.empty() || text.size() > longest ||
        text.find_first_not_of("0123456789.", text[0] == '-' || text[0] == '+' ? 1 : 0) !=
            std::string_view::npos) {
        return std::nullopt;
    }
    const std::string terminated(text);
    char* end = nullptr;
    const double score = std::strtod(terminated.c_str(), &end);
    if (end != terminated.c_str() + terminated.size()) {
        return std::nullopt;
    }
    return score;
}

} // namespace weight
