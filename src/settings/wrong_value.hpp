// What a reader of values throws.
#pragma once

#include <string>

namespace settings {

struct WrongValue {
    std::string expected; // what would have been right: "a duration above 0"
};

} // namespace settings
