// Which questions a weighing may have: all of a wave are asked at once.
#pragma once

#include "weight/answers.hpp"
#include "weight/settings.hpp"
#include "weight/subject.hpp"
#include "weight/weighing.hpp"

#include <set>

namespace weight {

// What may be wanted, as far as `answers` let it be seen, and is not in them. Of a client with an earlier
// rate first the lists alone.
std::set<Question> next_wave(const Subject& subject, const Settings& settings, const Known& known,
                             const Answers& answers);

} // namespace weight
