// Keeps libc's table of services out of a static program. c-ares names a service only in calls that are not made here, but
// the linker cannot know: with libc's functions it would bring NSS, which loads libraries when the program runs.
#include <netdb.h>

#include <cstddef>

#ifdef __GLIBC__

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's names are reserved to it
extern "C" int getservbyport_r(int /*port*/, const char* /*protocol*/, servent* /*result*/, char* /*buffer*/,
                               std::size_t /*size*/, servent** found) {
    *found = nullptr;
    return 0;
}

extern "C" int getservbyname_r(const char* /*name*/, const char* /*protocol*/, servent* /*result*/,
                               char* /*buffer*/, std::size_t /*size*/, servent** found) {
    *found = nullptr;
    return 0;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

#endif
