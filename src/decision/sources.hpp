// Opens the rules and the state on first use and keeps them open. After expect_changes() the next use checks
// whether the path now names another file, and reopens it.
#pragma once

#include "decision/settings.hpp"
#include "rules/table.hpp"
#include "store/allowance.hpp"
#include "store/looking.hpp"
#include "system/identity.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decision {

class Sources {
  public:
    // The settings outlive it. `stays`: more requests than one are expected.
    Sources(const Settings& settings, bool stays) : settings_(settings), stays_(stays) { begin(); }

    // A request begins. What waits for servers that keep the state does so for a limited time in all of it.
    void begin() { state_time_ = {.left = settings_.store.timeout}; }
    // Time has passed since the last request.
    void expect_changes() { looks_at_rules_ = looks_at_state_ = true; }

    // Null where there is no such file. Throws sys::Trouble where it cannot be opened.
    const rules::Table* rules();
    // The state will probably be asked in a moment. Where servers keep it, they are called meanwhile.
    void expect_to_ask_state();
    // Throws sys::Trouble where it cannot be opened.
    store::Store& state(const store::Keeping& keeping);

    // From now on the state is only looked into, and what was seen there can be told.
    void only_look() { only_looks_ = true; }
    // Valid until the state is closed.
    [[nodiscard]] std::vector<store::Looking::Look> looks() const;

    // By what the records in the state are kept.
    [[nodiscard]] const greylist::Rule& rule() const { return settings_.greylist.rule; }

    // What the state has found damaged and mended since it was last asked.
    std::vector<std::string> take_state_remarks();

    // After trouble with it, and after a remark, which it would make again: the next request opens it anew.
    void close_rules() { rules_.reset(); }
    void close_state() { state_.reset(); }

  private:
    const Settings& settings_;
    bool stays_;
    std::optional<rules::Table> rules_;
    sys::Identity rules_identity_;
    bool rules_are_missing_ = false; // a moment ago
    bool looks_at_rules_ = false;
    std::unique_ptr<store::Store> state_;
    store::Allowance state_time_;
    bool looks_at_state_ = false;
    bool only_looks_ = false;
    store::Looking* looking_ = nullptr; // the state, where it is only looked into
};

} // namespace decision
