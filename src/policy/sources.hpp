// The files that requests are judged by: opened by the first request that needs them, and kept for those
// after it as long as their paths lead to them.
#pragma once

#include "greylist/state.hpp"
#include "options.hpp"
#include "rules/table.hpp"
#include "system/identity.hpp"

#include <optional>

namespace policy {

class Sources {
  public:
    explicit Sources(const Settings& settings) : settings_(settings) {}

    // Throw sys::Trouble where it cannot be opened.
    const rules::Table& rules();
    greylist::State& state(greylist::Keeping keeping);

    // After trouble with it, and after a remark, which it would make again: the next request opens it anew.
    void close_rules() { rules_.reset(); }
    void close_state() { state_.reset(); }

  private:
    const Settings& settings_;
    std::optional<rules::Table> rules_;
    sys::Identity rules_identity_;
    std::optional<greylist::State> state_;
};

} // namespace policy
