// The answer that goes out when no other can any more: the deadline has come, or a signal ends the program;
// and the line in the log that tells of it. One a process. The handlers use nothing but what
// signal-safety(7) allows; what they say is made beforehand, and how the log is reached found out by them, so
// that a request to which nothing happens pays for neither.
#pragma once

#include "system/log_place.hpp"
#include "system/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sys::last_word {

struct ExitStatus {
    int late;   // at the deadline
    int killed; // by a signal
};

struct Word {
    std::string_view text;    // what is written: at most 1100 bytes, more is cut
    std::string_view meaning; // what of it the log tells, a part of `text`
    int output;               // the descriptor that it is written to
    ExitStatus status;
    LogPlace log{};
};

// Until claim(), a deadline or a fatal signal (SEGV, BUS, ABRT, FPE, ILL, SYS, TERM, HUP, INT, QUIT, XCPU)
// writes `word.text`, if it can be written without waiting, tells the log, if that takes a line without
// waiting, and ends the program. XFSZ and PIPE are ignored from the first call on: the calls that raise them
// fail instead.
void prepare(const Word& word);

// The deadline is so long from now; 0: there is none.
void set_deadline(std::chrono::microseconds from_now);

// The answer goes to this descriptor from now on.
void answer_to(int output);
// The process stays when nobody waits for an answer: a deadline that comes then changes nothing. (A child that
// is made has to say so for itself.)
void stay(bool stays);

// How long until the deadline; none where there is none.
std::optional<std::chrono::microseconds> time_left();

// From here on the caller writes the answer: what ends the program writes nothing more. It tells the log
// `unsaid`, whole lines as they go out, which must stay as they are until said() or done().
void claim(const std::vector<std::string>& unsaid);
// From here on nobody waits for an answer, and nothing is left to be told.
void said();
// The answer is out, and the program on its way to end with `status`: a deadline now changes nothing of that.
void done(int status);
// The next answer is awaited: the text stands again.
void resume();

} // namespace sys::last_word
