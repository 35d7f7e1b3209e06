// The organisation that a client belongs to, by its verified name alone: `outlook.com` for
// mail-eopbgr10051.outbound.protection.outlook.com. Large senders retry from anywhere in their address space, and
// nobody but they can give their servers' names. Whose name is one of a provider's numbered lines or rented hosts has
// none: under such a name there are strangers. Pure: asks no DNS.
//
// The registrable domain is the public suffix list's (publicsuffix.org) with its private part, as libpsl has it built
// in, which takes one page fault. The system's newer copy (/usr/share/publicsuffix) takes 17 and is not read: so a static
// program's list is as old as the library that it was built with.
#pragma once

#include "system/address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace greylist {

// Why a client has no organisation: the conditions a to e of greyonce(8), "Organisations".
enum class Doubt : std::uint8_t {
    none,
    no_name,     // a: no verified name, or none that the list knows an owner of
    line,        // b: the name has a word of dial-up lines and the like
    own_address, // c: the name tells the client's own address
    numbered,    // d: the name is a number, as hosters give it to what they rent out
    spf,         // e: SPF says that the client may not send for this sender
};

struct Organisation {
    std::string domain{}; // in lower case; empty where there is none
    Doubt doubt = Doubt::none;
};

// `name`: as the mail server verified it, or `unknown`. `spf_result`: a word of RFC 8601, 2.7.2, or empty.
Organisation organisation_of(std::string_view name, const sys::Address& address,
                             std::string_view spf_result = {});

// Whether it may stand for an organisation in a key: a name, and no address.
bool is_domain(std::string_view text);

// The registrable domain of `name`, in lower case; the name itself where it has none.
std::string registrable_domain(std::string_view name);

// For people: "the name tells the client's own address".
std::string_view text_of(Doubt doubt);

} // namespace greylist
