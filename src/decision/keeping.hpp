// What the state may let go while it serves a request, and what is told of it.
#pragma once

#include "decision/step.hpp"
#include "store/store.hpp"

namespace decision {

// By the configured values, and the longest retry window of any rule: a request goes by its own rule, but the
// records beside its own are those of others.
store::Keeping keeping_of(const Question& question);

// What the store has to tell, once an hour, by whatever process has it to tell first: the store remembers it.
void remark_on(store::Store& state, Question& question);

} // namespace decision
