// The sections of a report for people: each figure is told with what it means, and what cannot be known is said. Pure.
#pragma once

#include "report/figures.hpp"
#include "report/page.hpp"

#include <cstdint>
#include <string>

namespace report {

Section requests_section(const Figures& figures); // who was passed, put off, refused, and by what

Section waits_section(const Figures& figures);
Section longest_section(const Figures& figures);
Section never_section(const Figures& figures);
Section several_section(const Figures& figures);    // that come back from several networks
Section recipients_section(const Figures& figures); // whose mail was put off most

Section rules_section(const Figures& figures);
Section weight_section(const Figures& figures);

Section trouble_section(const Figures& figures);
Section advice_section(const Figures& figures);
Section about_section(const Figures& figures);

// --- what several of them say ---

inline constexpr std::size_t most_rows = 20; // of a table

// Whether nobody was put off or refused in earnest.
bool is_all_dry(const Figures& figures);
// What stands below a table whose names are not all that there were.
std::string about_missed(std::uint64_t missed);
// The same behind what the rows mean, and how many there are at most.
std::string about_rows(std::string meaning, std::uint64_t missed);
std::string period_text(const std::optional<LocalTime>& begin, const std::optional<LocalTime>& end);

} // namespace report
