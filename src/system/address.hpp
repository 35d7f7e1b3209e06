// IP addresses and their text. An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sys {

class Address {
  public:
    // Dotted quad, or IPv6 in any spelling of RFC 4291, with or without a zone (`fe80::1%eth0`, which is
    // dropped). Anything else is no address.
    static std::optional<Address> parse(std::string_view text);

    // 32 or 128.
    [[nodiscard]] unsigned bits() const { return bits_; }
    // The first bits()/8 of them are the address, in network order.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

    // All bits after the first `prefix` cleared; `prefix` at most bits().
    [[nodiscard]] Address network(unsigned prefix) const;

    // Dotted quad, or the one spelling of RFC 5952.
    [[nodiscard]] std::string text() const;
    // Dotted quad, or eight groups in lower case without leading zeros: the form of postgrey's keys.
    [[nodiscard]] std::string expanded() const;

    friend bool operator==(const Address&, const Address&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
    unsigned bits_ = 32;
};

} // namespace sys
