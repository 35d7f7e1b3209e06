// Figures as people read them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace report {

std::string number_text(std::uint64_t number);                 // 1,234,567
std::string share_text(std::uint64_t part, std::uint64_t all); // 12.3 %; – of nothing
std::string with_share(std::uint64_t part, std::uint64_t all); // 1,234 (12.3 %)
std::string span_text(std::uint64_t seconds);                  // 45 s, 5 min, 2 h 5 min, 3 d 4 h
std::string span_text(std::optional<std::uint64_t> seconds);   // – where there is none
std::string decimal_text(double number);                       // -1.5: one decimal
std::uint64_t mean_of(std::uint64_t sum, std::uint64_t count); // rounded; 0 of nothing

} // namespace report
