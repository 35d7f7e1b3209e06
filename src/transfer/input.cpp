#include "transfer/input.hpp"

#include <algorithm>

namespace transfer {

std::string Inputs::place(std::size_t number) const {
    const auto after =
        std::upper_bound(files_.begin(), files_.end(), number,
                         [](std::size_t line, const auto& file) { return line <= file.first; });
    const auto& [before, path] = *std::prev(after);
    return path + ':' + std::to_string(number - before);
}

} // namespace transfer
