// Which records are meant: by kind, client, network, sender, recipient. Pure. All that is given must fit.
#pragma once

#include "greylist/record.hpp"
#include "greylist/triplet.hpp"
#include "system/address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace greylist {

struct Network {
    sys::Address address; // its bits after the prefix are 0
    unsigned prefix = 0;

    // `192.0.2.0/24`, `2001:db8::/32`, or an address alone.
    static std::optional<Network> parse(std::string_view text);
    [[nodiscard]] bool contains(const sys::Address& other) const;
};

// A client as it stands in a key: an address, the address of its network, or `address/32` (by host).
std::optional<sys::Address> client_in(const Key& key);

struct Selection {
    std::optional<Kind> kind;
    std::optional<sys::Address> client; // its own records, and those of the network that it is grouped into
    std::optional<std::string> organisation; // in place of an address
    std::optional<Network> network;
    std::optional<std::string> sender;    // an address, or `@domain`; empty: the null sender
    std::optional<std::string> recipient; // likewise
    Grouping grouping;                    // as configured, for `client` and for hashed keys

    [[nodiscard]] bool is_empty() const {
        return !kind && !client && !organisation && !network && !sender && !recipient;
    }
    // Hashed keys are found by their kind, and by a client, sender and recipient that are all given whole.
    [[nodiscard]] bool selects(const Key& key) const;
};

} // namespace greylist
