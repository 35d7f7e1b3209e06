#include "settings/places.hpp"

// The Makefile names the folders.
#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif
#ifndef LOCALSTATEDIR
#define LOCALSTATEDIR "/var"
#endif

namespace settings {

constinit const std::string_view default_config = SYSCONFDIR "/greyonce/greyonce.conf";
constinit const std::string_view default_rules = SYSCONFDIR "/greyonce/rules.cdb";
constinit const std::string_view default_state = LOCALSTATEDIR "/lib/greyonce/greylist.state";

} // namespace settings
