// Where the records lie.
#pragma once

#include "settings/places.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace store {

using settings::default_state;

struct Settings {
    std::string name{default_state};
    std::uint64_t max_size = std::uint64_t{1} << 30U; // bytes
    bool sync = false;                                // every change is on the disk before it is answered

    // Of a state that servers keep.
    std::string prefix{"greyonce:"}; // what all of its keys begin with
    std::chrono::seconds timeout{1}; // for all that one request asks of it
    std::string password_file;       // empty: none is needed
};

} // namespace store
