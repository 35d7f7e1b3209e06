// Any bytes for a nameserver's response.
#include "weight/response.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const weight::Answer answer = weight::read_response({data, size});
    for (const auto& address : answer.addresses) {
        static_cast<void>(address.text());
    }
    return 0;
}
