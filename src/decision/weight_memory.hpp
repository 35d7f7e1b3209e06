// Where the weight's memory lies: in the greylist state, under keys of its own. What it means is said in
// weight/memory.hpp.
#pragma once

#include "greylist/triplet.hpp"
#include "store/store.hpp"
#include "weight/settings.hpp"
#include "weight/verdict.hpp"
#include "weight/weighing.hpp"

#include <optional>
#include <string>

namespace decision {

// What was made of a message's earlier recipient.
struct EarlierVerdict {
    enum class Kind {
        passed,
        vouched_for, // passed, by an allow list too
        rejected,
        deferred,
        listed,    // too many lists
        unweighed, // passed without a rate
        spam_anew, // was remembered as spam; `retries` were left
    };
    Kind kind = Kind::passed;
    unsigned retries = 0;
    double rate = 0;
};

class WeightMemory {
  public:
    // All three outlive it.
    WeightMemory(store::Store& state, const weight::Settings& settings, const greylist::Grouping& grouping,
                 sys::Time now)
        : state_(state), settings_(settings), grouping_(grouping), now_(now) {}

    // A request of this subject is about to look at what there may be of it: from a store that is far away all of it
    // comes in one trip.
    void expect(const weight::Subject& subject);

    std::optional<EarlierVerdict> earlier_of_message(const weight::Subject& subject);
    void remember_message(const weight::Subject& subject, const EarlierVerdict& verdict);

    // The retries that the client has left where it is refused again.
    std::optional<unsigned> refused_again(const weight::Subject& subject);
    void remember_spam(const weight::Subject& subject, const weight::Verdict& verdict);

    struct Ham {
        double rate = 0;
        bool is_enough = false;
    };
    std::optional<Ham> passed_before(const weight::Subject& subject);
    void remember_ham(const weight::Subject& subject, double rate);

    [[nodiscard]] bool is_dead(const std::string& zone);
    void remember_list(const weight::ListNews& news);

  private:
    [[nodiscard]] std::optional<weight::Spam> spam_under(const greylist::Key& key);
    [[nodiscard]] unsigned failures_of(const greylist::Key& list);

    store::Store& state_;
    const weight::Settings& settings_;
    const greylist::Grouping& grouping_;
    sys::Time now_;
};

} // namespace decision
