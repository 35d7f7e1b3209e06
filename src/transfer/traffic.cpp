#include "transfer/traffic.hpp"

#include "system/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace transfer {

bool says_discarded(std::string_view response) {
    const std::string text = sys::lower_case(response);
    // as amavis, rspamd and the discard(8) of Postfix say it
    constexpr std::array<std::string_view, 5> words{"discard", "quarantin", "blackhole", "dropped",
                                                    "infected"};
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool is_loopback(const sys::Address& address) {
    constexpr std::uint8_t loopback = 127;
    return address.bits() == 32 ? address.bytes()[0] == loopback : address.text() == "::1";
}

} // namespace transfer
