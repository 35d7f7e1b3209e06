// The ways to be called: arguments, one request of a conversation, request after request until its end.
// Deadline and last word are set here, and the log is written after the answer.
#pragma once

#include "calling/conversation.hpp"
#include "calling/invocation.hpp"
#include "decision/sources.hpp"

namespace calling {

// The descriptors that the program was started with.
struct Streams {
    Conversation conversation;
    int errors; // for the log, where that is to go there
};

// What is said at the deadline, or when a signal ends the program, from now on.
void prepare_last_word(const Invocation& call, const Streams& streams);

// Answers what it is called with, and returns the exit status.
int answer(const Invocation& invocation, const Streams& streams, decision::Sources& sources);

} // namespace calling
