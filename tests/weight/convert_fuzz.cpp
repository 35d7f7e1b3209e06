// Any bytes for a policyd-weight.conf: each line that comes out must be one of ours.
#include "weight/convert.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto converted = weight::convert_policyd_weight({reinterpret_cast<const char*>(data), size});
    if (!converted.config.starts_with("weight = yes\n") || !converted.config.ends_with('\n')) {
        std::abort();
    }
    return 0;
}
