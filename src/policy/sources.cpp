#include "policy/sources.hpp"

namespace policy {

const rules::Table& Sources::rules() {
    if (rules_ && !sys::Identity::of(settings_.rules).is_unchanged(rules_identity_)) {
        rules_.reset();
    }
    if (!rules_) {
        rules_.emplace(settings_.rules);
        if (settings_.until_eof) {
            rules_identity_ = rules_->identity();
        }
    }
    return *rules_;
}

greylist::State& Sources::state(greylist::Keeping keeping) {
    if (state_ && state_->is_current()) {
        state_->keep(std::move(keeping));
    } else {
        state_.reset();
        state_.emplace(settings_.state, settings_.max_state_size, settings_.sync, std::move(keeping));
    }
    return *state_;
}

} // namespace policy
