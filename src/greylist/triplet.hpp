// Which attempts are the same: the client's network, the sender without what changes from mail to mail, the
// recipient. Also the key of a client for the auto-whitelist. Pure. The forms are postgrey's.
#pragma once

#include "greylist/record.hpp"
#include "system/address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greylist {

struct Grouping {
    bool by_host = false;      // each address for itself; otherwise the networks below
    unsigned ipv4_prefix = 24; // at most 32
    unsigned ipv6_prefix = 64; // at most 128
    bool hashed = false;       // keys are the SHA-1 of postgrey's key string, in hexadecimal
    // A client that has an organisation (organisation.hpp) counts as that. Of a sender more is taken off then.
    bool by_organisation = false;
};

// `organisation`: empty where the client has none, or counts as its network all the same.
Key triplet_of(const sys::Address& client, std::string_view sender, std::string_view recipient,
               const Grouping& grouping, std::string_view organisation = {});
// What stands for the client in the key of a triplet, but for a hashed one.
std::string client_field(const sys::Address& client, const Grouping& grouping,
                         std::string_view organisation = {});
// The client as in a triplet, and the registrable domain of the sender; none where the sender has no domain.
std::optional<Key> pair_of(const sys::Address& client, std::string_view sender, const Grouping& grouping,
                           std::string_view organisation = {});
// The registrable domain that one of ours has written to, and who that was; none where `theirs` has no domain.
std::optional<Key> correspondent_of(std::string_view theirs, std::string_view ours, const Grouping& grouping);
// An IPv6 client counts as its network: a host in it can use all of its addresses.
Key client_of(const sys::Address& client, const Grouping& grouping);
// Under its own address, as every client once counted, and as other programs' records have it.
Key address_of(const sys::Address& client, const Grouping& grouping);
Key instance_of(std::string_view instance, const Grouping& grouping);
// Hashed, the fields are one.
Key weight_of(std::string_view what, const std::vector<std::string>& fields, const Grouping& grouping);

// Whether the functions above make such keys, by some grouping.
bool could_be_ours(const Key& key);
// Whether a field of a key is a SHA-1 as a hashed key has it; ADDRESS or ADDRESS/PREFIX, as text() has the
// address; that or an organisation; no longer than fields have ever been; a mailbox in lower case.
bool is_hash(std::string_view field);
bool is_network_field(std::string_view field);
bool is_client_field(std::string_view field);
bool is_short_field(const std::string& field);
bool is_address_field(const std::string& field);

// The sender as it stands in a key: a BATV tag (prvs=) and everything from the first `+` are taken off the
// local part, and each number that stands alone becomes `#`. The domain stays as it is. So does postgrey.
// `with_srs`: BATV's word may have any case, and SRS's hashes and time are taken off as well.
std::string steady_sender(std::string_view sender, bool with_srs = false);

} // namespace greylist
