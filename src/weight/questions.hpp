// Which questions a weighing may have: all of a wave are asked at once.
#pragma once

#include "weight/answers.hpp"
#include "weight/settings.hpp"
#include "weight/subject.hpp"
#include "weight/weighing.hpp"

#include <set>
#include <vector>

namespace weight {

// For names of the client's choice, so many questions a mail: what it says must not become an attack on those
// who answer for the names, nor on us. Mail that is meant to arrive has some twenty.
constexpr std::size_t most_questions_of_names = 60;

struct Wave {
    std::set<Question> lists;    // of those that we chose
    std::vector<Question> names; // of those that the client chose, in the order in which the checks want them
    std::vector<Question> beyond; // more of these than may be asked: they have nothing
};

// What may be wanted, as far as `answers` let it be seen, and is not in them, nor of the names in `asked`. Of
// a client with an earlier rate first the lists alone.
Wave next_wave(const Subject& subject, const Settings& settings, const Known& known, const Answers& answers,
               const std::set<Question>& asked);

} // namespace weight
