// Any bytes for a nameserver's response: what is taken of them is bounded, and in the form in which it is
// compared.
#include "weight/response.hpp"

#include "system/text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const weight::Answer answer = weight::read_response({data, size});
    must(!answer.failed || (answer.addresses.empty() && answer.names.empty()));
    must(answer.addresses.size() <= 100 && answer.names.size() <= 110);
    // A record has a name, ten bytes more, and its data.
    must(answer.addresses.size() + answer.names.size() <= size / 12);
    for (const auto& address : answer.addresses) {
        must(sys::Address::parse(address.text()) == address);
    }
    for (const std::string& name : answer.names) {
        must(!name.empty() && name.size() <= 4 * 255 && name == sys::lower_case(name));
    }
    return 0;
}
