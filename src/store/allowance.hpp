// What one request may still spend on a state that servers keep, whoever asks for it.
#pragma once

#include <chrono>
#include <string>

namespace store {

struct Allowance {
    std::chrono::microseconds left{};
    // Why no server could be had: none is looked for again in this request.
    std::string trouble{};
};

} // namespace store
