// Any bytes for a client's name and its address: the organisation is the end of the name, may stand in a key, and is
// none of a name that tells the address.
#include "greylist/organisation.hpp"
#include "greylist/triplet.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::size_t end = text.find('\n');
    const std::string_view name = text.substr(0, end);
    const auto client =
        sys::Address::parse(end == std::string_view::npos ? "192.0.2.1" : text.substr(end + 1));
    if (!client) {
        return 0;
    }
    const auto found = greylist::organisation_of(name, *client);
    must(found.domain.empty() == (found.doubt != greylist::Doubt::none));
    if (!found.domain.empty()) {
        must(sys::lower_case(name).ends_with(found.domain));
        must(greylist::is_domain(found.domain) && !sys::Address::parse(found.domain));
        must(greylist::registrable_domain(found.domain) == found.domain);
        must(could_be_ours(greylist::triplet_of(*client, "a@b.example", "c@d.example", {}, found.domain)));
        std::string dashed = client->text();
        std::ranges::replace(dashed, '.', '-');
        const auto told = greylist::organisation_of(dashed + ".isp.example", *client);
        must(client->bits() == 128 || told.domain.empty());
    }
    (void)greylist::steady_sender(name, true);
    (void)greylist::pair_of(*client, name, {});
    return 0;
}
