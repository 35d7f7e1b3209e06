#include "system/waiting.hpp"

namespace sys {

namespace {

void (*act_before_waiting)() = nullptr; // NOLINT: one a process, as what it stands for

} // namespace

void set_before_waiting(void (*act)()) {
    act_before_waiting = act;
}

void before_waiting() {
    if (act_before_waiting != nullptr) {
        act_before_waiting();
    }
}

} // namespace sys
