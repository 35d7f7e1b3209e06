#include "system/scheduling.hpp"

#include <sched.h>

namespace sys {

void interrupt_nobody() {
#ifdef SCHED_BATCH
    if (sched_getscheduler(0) == SCHED_OTHER) {
        const sched_param none{};
        sched_setscheduler(0, SCHED_BATCH, &none);
    }
#endif
}

} // namespace sys
