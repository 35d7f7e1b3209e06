// Where the records lie.
#pragma once

#include "settings/places.hpp"

#include <cstdint>
#include <string>

namespace store {

using settings::default_state;

struct Settings {
    std::string name{default_state};
    std::uint64_t max_size = std::uint64_t{1} << 30U; // bytes
    bool sync = false;                                // every change is on the disk before it is answered
};

} // namespace store
