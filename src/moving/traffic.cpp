#include "moving/traffic.hpp"

#include "system/text.hpp"

#include <array>

namespace moving {

bool says_discarded(std::string_view response) {
    const std::string text = sys::lower_case(response);
    // as amavis, rspamd and the discard(8) of Postfix say it
    for (const std::string_view word : {"discard", "quarantin", "blackhole", "dropped", "infected"}) {
        if (text.find(word) != std::string::npos) {
            return true;
        }
    }
    return false;
}

bool is_loopback(const sys::Address& address) {
    constexpr std::uint8_t loopback = 127;
    return address.bits() == 32 ? address.bytes()[0] == loopback : address.text() == "::1";
}

} // namespace moving
