#include "weight/lookup.hpp"

#include "weight/questions.hpp"

#include <algorithm>
#include <cassert>

namespace weight {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// So often it is looked whether what has come is enough: one answer that stays away must not hold up a
// verdict that can do without.
constexpr milliseconds glance{20};

} // namespace

Verdict weigh_by_dns(const Subject& subject, const Settings& settings, const Known& known, Resolver& resolver,
                     milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    for (;;) {
        if (std::optional<Verdict> verdict = weigh(subject, settings, known, resolver.answers())) {
            return *verdict;
        }
        const std::set<Question> wave = next_wave(subject, settings, known, resolver.answers());
        assert(!wave.empty()); // what is wanted is asked
        resolver.ask(wave);
        const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
        if (left > milliseconds(0)) {
            resolver.wait(std::min(left, glance));
        } else {
            resolver.give_up();
        }
    }
}

} // namespace weight
