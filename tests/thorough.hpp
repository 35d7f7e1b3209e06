// How many of its many variants a test tries. Under the sanitizers a step takes several times as long, and they look at the
// memory that it touches, not at what comes of it: there one of so many is enough.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GREYONCE_TESTS_ARE_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GREYONCE_TESTS_ARE_SANITIZED
#endif

namespace tests {

#ifdef GREYONCE_TESTS_ARE_SANITIZED
constexpr unsigned every = 7; // of so many one
#else
constexpr unsigned every = 1; // all
#endif

} // namespace tests
