#include "report/outcome.hpp"

namespace report {

namespace {

constexpr bool are_in_order() {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (static_cast<std::size_t>(outcomes[i].outcome) != i) {
            return false;
        }
    }
    return true;
}
static_assert(are_in_order());

struct Reason {
    std::string_view begins;
    Outcome passes;
    Outcome defers;
    Outcome refuses;
};

constexpr std::array<Reason, 18> reasons{{
    {"triplet found", Outcome::known_triplet, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"client AWL", Outcome::known_client, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"pair", Outcome::known_pair, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"client name", Outcome::spared, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"correspondent", Outcome::spared, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"message passed", Outcome::spared, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"client whitelist", Outcome::whitelist, Outcome::deferred_by_rule, Outcome::refused_by_rule},
    {"recipient whitelist", Outcome::whitelist, Outcome::deferred_by_rule, Outcome::refused_by_rule},
    {"rule", Outcome::rule, Outcome::deferred_by_rule, Outcome::refused_by_rule},
    {"weight", Outcome::weight, Outcome::deferred_by_weight, Outcome::refused_by_weight},
    {"allow list", Outcome::weight, Outcome::deferred_by_weight, Outcome::refused_by_weight},
    {"asked ", Outcome::server, Outcome::deferred_by_server, Outcome::refused_by_server},
    {"not at RCPT", Outcome::not_asked, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"authenticated", Outcome::not_asked, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"outgoing", Outcome::not_asked, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"client is gone", Outcome::not_asked, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"trouble", Outcome::trouble, Outcome::deferred_otherwise, Outcome::refused_otherwise},
    {"", Outcome::no_opinion, Outcome::deferred_otherwise, Outcome::refused_otherwise},
}};

const Reason& reason_of(std::string_view text) {
    for (const Reason& reason : reasons) {
        if (text.starts_with(reason.begins)) {
            return reason;
        }
    }
    return reasons.back();
}

} // namespace

Outcome outcome_of(const Decision& decision) {
    if (decision.action == "greylist") {
        return decision.reason.starts_with("early-retry") ? Outcome::early_retry : Outcome::first_attempt;
    }
    const Reason& reason = reason_of(decision.reason);
    return decision.action == "pass"     ? reason.passes
           : decision.action == "reject" ? reason.refuses
                                         : reason.defers;
}

} // namespace report
