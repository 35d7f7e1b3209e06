// The options of the greylist.
#pragma once

#include "greylist/settings.hpp"
#include "settings/action.hpp"
#include "settings/option.hpp"

#include <array>

namespace greylist {

inline constexpr std::array options{
    settings::option<settings::Seconds, &Settings::rule, &Rule::delay>(
        "delay", "an attempt this long after the first passes"),
    settings::option<settings::Days, &Settings::rule, &Rule::retry_window>(
        "retry-window", "a triplet that has not passed after this time starts over"),
    settings::option<settings::Days, &Settings::rule, &Rule::max_age>(
        "max-age", "a triplet that was not seen for this time is forgotten"),
    settings::option<settings::Count<most_counted>, &Settings::rule, &Rule::auto_whitelist_clients>(
        "auto-whitelist-clients",
        "a client that came back N times need not wait any more; 0: no client is spared", "N", "5"),
    settings::option_without_default<settings::NotFlag, &Settings::grouping, &Grouping::by_host>(
        "lookup-by-subnet", "all addresses of a network are one client (the default)"),
    settings::option<settings::Flag, &Settings::grouping, &Grouping::by_host>(
        "lookup-by-host", "each address is a client of its own"),
    settings::option<settings::Prefix<32>, &Settings::grouping, &Grouping::ipv4_prefix>(
        "ipv4cidr", "length of an IPv4 network's prefix"),
    settings::option<settings::Prefix<128>, &Settings::grouping, &Grouping::ipv6_prefix>(
        "ipv6cidr", "length of an IPv6 network's prefix"),
    settings::option<settings::Flag, &Settings::grouping, &Grouping::hashed>(
        "privacy", "store hashes in place of addresses"),
    settings::option<settings::ActionWord, &Settings::action>(
        "greylist-action", "the action for mail that has to wait, without its text"),
    settings::option<settings::Text, &Settings::text>(
        "greylist-text", "the text of greylist-action; %s: seconds to wait, %r: the recipient's domain"),
    settings::option<settings::Header, &Settings::header>(
        "x-greylist-header", "header of mail that had to wait; %t: seconds waited, %v: version, %h: host, "
                             "%d: date; empty: none"),
    settings::option_without_default<settings::HostName, &Settings::hostname>(
        "hostname", "the name for %h (default: the system's)"),
    settings::option<settings::NotFlag, &Settings::is_on>(
        "no-greylist", "the greylist is not asked, and no state is touched"),
};

} // namespace greylist
