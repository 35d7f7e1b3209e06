// What the filter is called with: its settings, and the request where the arguments are it.
#pragma once

#include "calling/settings.hpp"
#include "decision/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace calling {

struct Invocation {
    Settings calling;
    decision::Settings decision;
    bool explain = false; // the weight and the greylist, in place of an answer
    std::optional<std::string> base64;
    std::vector<std::string> attributes; // name=value arguments
    // What was wrong with the settings, and what was expected; the rest was read all the same.
    std::vector<std::string> complaints;

    // Whether the arguments are the request.
    [[nodiscard]] bool is_request() const { return base64 || !attributes.empty(); }
};

} // namespace calling
