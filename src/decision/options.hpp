// The options of what is answered where no step has an opinion, or none counts.
#pragma once

#include "decision/settings.hpp"
#include "settings/action.hpp"
#include "settings/option.hpp"

#include <array>

namespace decision {

inline constexpr std::array options{
    settings::option<settings::Action, &Settings::on_error>("on-error", "the answer in trouble of ours"),
    settings::option<settings::Action, &Settings::on_malformed>(
        "on-malformed", "the answer to a malformed request, which a client may have caused"),
    settings::option<settings::Flag, &Settings::dry_run>("dry-run", "log the decision, answer DUNNO"),
};

} // namespace decision
