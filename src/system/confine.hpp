// What a process takes from itself before it reads what strangers wrote, so that whoever turned it against us
// would hold less than the user it runs as. What the system does not offer is left out without a word: a
// filter that is not confined still answers, and confinement changes no answer.
#pragma once

#include <string>

namespace sys {

// For every way of being started: no program that is started can gain privileges, and a crash leaves no core
// file with mail addresses in it. With Processes::none no other process can be made either (root is not bound by
// that).
enum class Processes { none, of_its_own };
void give_up_privileges(Processes may_make);

// Linux's Landlock, where the kernel has it: from now on nothing can be executed, and nothing written, made,
// removed or truncated, but regular files in the folder of `may_write`; empty: nowhere. Where the kernel can,
// neither can other processes be signalled, nor ports listened at. What is open already stays as it is, and
// so do reading and connecting. Needs give_up_privileges() before. False: the kernel cannot.
bool confine_writing(const std::string& may_write);

} // namespace sys
