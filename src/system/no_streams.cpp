// Keeps the start-up of the standard streams out of the filter, which never uses them. Boost.Program_options includes
// <iostream>, which makes cin, cout and the others before main(): 44,000 instructions and a dozen page faults a process.
// The linker takes these in place of the library's. Left out for libraries on which it was not tried: they only start
// the filter more slowly.
#include <ios>

#if defined(__GLIBCXX__) && _GLIBCXX_RELEASE >= 12 && _GLIBCXX_RELEASE <= 14

std::ios_base::Init::Init() = default;
std::ios_base::Init::~Init() {} // NOLINT(modernize-use-equals-default): the class is not ours to make trivial

// From g++ 13 on the headers refer to this, which otherwise brings the library's object with its own Init.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the library's name
extern "C" void _ZSt21ios_base_library_initv() {}

#endif
