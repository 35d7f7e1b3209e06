// Who is allowed by hand: the record that lets him pass from now on. Pure.
#pragma once

#include "greylist/selection.hpp"
#include "transfer/format.hpp"

#include <string>

namespace transfer {

// What was given names nobody who could pass so.
struct NotAllowed {
    std::string why;
};

// What client, sender and recipient name: a triplet, a pair of a client and a domain, or a client. Throws NotAllowed.
Record allowed(const greylist::Selection& selection, const Home& home);

} // namespace transfer
