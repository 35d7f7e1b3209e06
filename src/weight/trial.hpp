// Do DNS lists do what every list must: RFC 5782, 5 (addresses) and 6 (names). Pure.
#pragma once

#include "weight/answers.hpp"
#include "weight/settings.hpp"

#include <set>
#include <string>
#include <vector>

namespace weight {

std::set<Question> trial_questions(const Lists& lists);

struct ListReport {
    std::string zone;
    bool is_good = false;
    std::string finding; // "ok", "answers everything", …
};

// One for each list, in the order of the settings.
std::vector<ListReport> trial_reports(const Lists& lists, const Answers& answers);

} // namespace weight
