// The answer that goes out when no other can any more: the deadline has come, or a signal ends the program.
// One a process. The handlers use nothing but what signal-safety(7) allows; the text is made beforehand.
#pragma once

#include "system/time.hpp"

#include <optional>
#include <string_view>

namespace sys::last_word {

struct ExitStatus {
    int late;   // at the deadline
    int killed; // by a signal
};

// Until claim(), a deadline or a fatal signal (SEGV, BUS, ABRT, FPE, ILL, SYS, TERM, HUP, INT, QUIT, XCPU)
// writes `text` (at most 1100 bytes, more is cut) to standard output, if it can be written without waiting,
// and ends the program. XFSZ and PIPE are ignored from the first call on: the calls that raise them fail
// instead.
void prepare(std::string_view text, ExitStatus status);

// The deadline is so long from now; 0: there is none.
void set_deadline(Seconds from_now);

// How long until the deadline; none where there is none.
std::optional<std::chrono::microseconds> time_left();

// From here on the caller writes the answer, or nobody waits for one: what ends the program writes nothing
// more.
void claim();
// The answer is out, and the program on its way to end with `status`: a deadline now changes nothing of that.
void done(int status);
// The next answer is awaited: the text stands again.
void resume();

} // namespace sys::last_word
