// What the state may let go while it serves a request, and what is told of it.
#pragma once

#include "decision/step.hpp"
#include "store/file/state.hpp"

namespace decision {

// Expired records are erased only this long after they expire, so that a clock that was briefly ahead loses
// nothing. postgrey clears once a night, so its records outlast such a clock as well.
constexpr sys::Seconds clock_may_fall_back = std::chrono::days{1};

// By the configured values, and the longest retry window of any rule: a request goes by its own rule, but the
// records beside its own are those of others.
store::Keeping keeping_of(const Question& question);

// What is told once an hour, by whatever process has it to tell first: the state remembers it.
void remark_on(store::State& state, Question& question);

} // namespace decision
