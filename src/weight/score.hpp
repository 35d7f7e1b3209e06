// The weight of a client: all checks in policyd-weight's order, summed into a rate, and what follows from it.
// Pure: the DNS is a table of answers; what is not in it yet is wanted (questions.hpp).
#pragma once

#include "weight/answers.hpp"
#include "weight/settings.hpp"
#include "weight/subject.hpp"
#include "weight/verdict.hpp"
#include "weight/weighing.hpp"

#include <optional>

namespace weight {

// None as long as an answer is wanted that is not in the table.
std::optional<Verdict> weigh(const Subject& subject, const Settings& settings, const Known& known,
                             const Answers& answers);

// The reject text for now and not for good.
std::string deferred_text(const Settings& settings);

// Mail that everybody may send, whoever the client is: bounces, and mail to those who hear complaints.
std::optional<Verdict> exemption(const Subject& subject);

} // namespace weight
