#include "decision/sources.hpp"

#include "store/choosing/open.hpp"

#include <utility>

namespace decision {

const rules::Table* Sources::rules() {
    const bool may_have_changed = std::exchange(looks_at_rules_, false);
    if (rules_ && may_have_changed &&
        !sys::Identity::of(settings_.rules.path).is_unchanged(rules_identity_)) {
        rules_.reset();
    }
    if (rules_are_missing_ && !may_have_changed) {
        return nullptr;
    }
    if (!rules_) {
        auto found = rules::Table::if_there(settings_.rules.path);
        rules_are_missing_ = !found && stays_;
        if (!found) {
            return nullptr;
        }
        rules_.emplace(std::move(*found));
        if (stays_) {
            rules_identity_ = rules_->identity();
            rules_->stay();
        }
    }
    return &*rules_;
}

// Who stays has a connection already.
void Sources::expect_to_ask_state() {
    if (!stays_ && !only_looks_ && !state_ && settings_.greylist.is_on) {
        state_ = store::expect_to_ask(settings_.store, state_time_);
    }
}

store::Store& Sources::state(const store::Keeping& keeping) {
    const bool may_have_changed = std::exchange(looks_at_state_, false);
    if (state_ && (!may_have_changed || state_->is_current())) {
        state_->keep(keeping);
    } else {
        state_.reset();
        if (only_looks_) {
            auto looking = store::look_into_store(settings_.store, keeping, state_time_);
            looking_ = looking.get();
            state_ = std::move(looking);
            return *state_;
        }
        state_ = store::open_store(settings_.store, keeping, state_time_, stays_);
    }
    return *state_;
}

std::vector<store::Looking::Look> Sources::looks() const {
    return state_ && only_looks_ ? looking_->looks() : std::vector<store::Looking::Look>{};
}

std::vector<std::string> Sources::take_state_remarks() {
    std::vector<std::string> remarks = state_ ? state_->remarks() : std::vector<std::string>{};
    if (!remarks.empty()) {
        close_state(); // it would make them again
    }
    return remarks;
}

} // namespace decision
