// The options of the greylist.
#pragma once

#include "greylist/settings.hpp"
#include "settings/action.hpp"
#include "settings/option.hpp"

#include <array>

namespace greylist {

inline constexpr std::array<settings::Choice<bool>, 2> client_keys{
    {{"network", false}, {"organisation", true}}};
inline constexpr std::array<settings::Choice<Names>, 2> names{
    {{"all", Names::all}, {"suspect", Names::suspect}}};

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
    settings::option<settings::Count<most_counted>, &Settings::rule, &Rule::auto_whitelist_pairs>(
        "auto-whitelist-pairs",
        "mail of one domain from a client need not wait any more when it came back N times; 0: it always may "
        "have to",
        "N", "1"),
    settings::option<settings::Days, &Settings::rule, &Rule::auto_whitelist_pairs_age>(
        "auto-whitelist-pairs-age", "this long after its first return, and not before"),
    settings::option<settings::Flag, &Settings::knows_correspondents>(
        "auto-whitelist-correspondents", "replies to mail that is sent from here need not wait"),
    settings::option<settings::Flag, &Settings::has_one_verdict>(
        "one-verdict", "where one recipient of a message has passed, its later recipients pass as well"),
    settings::option<settings::OneOf<names>, &Settings::names>(
        "greylist-names", "whose mail may wait: all, or suspect, clients without an organisation"),
    settings::option<settings::OneOf<client_keys>, &Settings::grouping, &Grouping::by_organisation>(
        "client-key", "one client is a network, or an organisation where the client's name tells one"),
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
