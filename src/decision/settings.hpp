// What a decision goes by: the settings of each step, and the answers where none of them has one.
#pragma once

#include "ask/settings.hpp"
#include "greylist/settings.hpp"
#include "rules/settings.hpp"
#include "store/settings.hpp"
#include "weight/settings.hpp"

#include <optional>
#include <string>

namespace decision {

struct Settings {
    rules::Settings rules;
    greylist::Settings greylist;
    store::Settings store;
    ask::Settings ask;
    // Made with the first of its options, so that a filter that does not weigh makes no lists and texts.
    std::optional<weight::Settings> weight;

    std::string on_error{"DUNNO"};
    std::string on_malformed{"DEFER_IF_PERMIT Request not understood, please try again later"};
    bool dry_run = false;
};

} // namespace decision
