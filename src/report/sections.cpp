#include "report/sections.hpp"

#include "report/wording.hpp"

#include <utility>

namespace report {

bool is_all_dry(const Figures& figures) {
    return figures.dry_run > 0 && figures.dry_run == figures.counts.all();
}

std::string about_missed(std::uint64_t missed) {
    return missed == 0 ? std::string{}
                       : " There were more names than are kept: each may have up to " + number_text(missed) +
                             " more than is told here, and a name that is not here had no more than that.";
}

std::string about_rows(std::string meaning, std::uint64_t missed) {
    return std::move(meaning) + " At most " + std::to_string(most_rows) + " rows." + about_missed(missed);
}

std::string period_text(const std::optional<LocalTime>& begin, const std::optional<LocalTime>& end) {
    return begin && end ? text_of(*begin) + " to " + text_of(*end) : "not known";
}

} // namespace report
