// What the state may let go while it serves a request. Pure.
#pragma once

#include "greylist/state.hpp"
#include "policy/step.hpp"

namespace policy {

// By the configured values, and the longest retry window of any rule: a request goes by its own rule, but the
// records beside its own are those of others.
greylist::Keeping keeping_of(const Question& question);

} // namespace policy
