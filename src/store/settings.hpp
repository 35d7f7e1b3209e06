// Where the records lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace store {

inline constexpr std::string_view default_state = "/var/lib/greyonce/greylist.state";

struct Settings {
    std::string name{default_state};
    std::uint64_t max_size = std::uint64_t{1} << 30U; // bytes
    bool sync = false;                                // every change is on the disk before it is answered
};

} // namespace store
