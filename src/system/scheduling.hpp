// When the system lets this process go on.
#pragma once

namespace sys {

// Who wakes this process goes on until he waits himself, or his time is over (sched(7), SCHED_BATCH): what he says next is
// there when this process looks. It has its share of the processors as before. Nothing happens where it has another policy
// than the usual one, or may not choose.
void interrupt_nobody();

} // namespace sys
