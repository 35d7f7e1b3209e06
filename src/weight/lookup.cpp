#include "weight/lookup.hpp"

#include "weight/questions.hpp"

#include <algorithm>

namespace weight {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// When each kind of question is given up: names so long after the first of them was asked.
class Ends {
  public:
    explicit Ends(Patience patience)
        : patience_(patience), lists_(steady_clock::now() + patience.lists), names_(lists_) {}

    void start_names() {
        if (!names_have_started_) {
            names_have_started_ = true;
            names_ = std::min(lists_, steady_clock::now() + patience_.names);
        }
    }
    [[nodiscard]] steady_clock::time_point of(Chooser chooser) const {
        return chooser == Chooser::us ? lists_ : names_;
    }

  private:
    Patience patience_;
    steady_clock::time_point lists_;
    steady_clock::time_point names_;
    bool names_have_started_ = false;
};

// Waits for an answer, or until something is over, which is given up.
void wait(Resolver& resolver, const Ends& ends) {
    const auto next = resolver.is_waiting(Chooser::client) ? ends.of(Chooser::client) : ends.of(Chooser::us);
    resolver.wait(std::chrono::ceil<milliseconds>(next - steady_clock::now()));
    for (const Chooser chooser : {Chooser::us, Chooser::client}) {
        if (steady_clock::now() >= ends.of(chooser)) {
            resolver.give_up(chooser);
        }
    }
}

} // namespace

Verdict weigh_by_dns(const Subject& subject, const Settings& settings, const Known& known, Resolver& resolver,
                     Patience patience) {
    Ends ends(patience);
    std::set<Question> asked_names;
    for (;;) {
        if (std::optional<Verdict> verdict = weigh(subject, settings, known, resolver.answers())) {
            return *verdict;
        }
        const std::size_t answers = resolver.answers().size();
        const Wave wave = next_wave(subject, settings, known, resolver.answers(), asked_names);
        resolver.ask({wave.lists.begin(), wave.lists.end()}, Chooser::us);
        resolver.leave_out(wave.beyond);
        if (!wave.names.empty()) {
            ends.start_names();
            resolver.ask(wave.names, Chooser::client);
            asked_names.insert(wave.names.begin(), wave.names.end());
        }
        if (resolver.answers().size() == answers) {
            wait(resolver, ends);
        }
    }
}

} // namespace weight
