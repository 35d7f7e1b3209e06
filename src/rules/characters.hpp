// What kinds of characters a text is made of: found out once, so that most questions about it need no look at
// it. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace rules {

class Characters {
  public:
    enum Kinds : std::uint16_t {
        none = 0,
        lower_hex = 1, // a to f
        upper_hex = 2,
        lower = 4, // g to z
        upper = 8,
        digit = 16,
        mark = 32, // hyphen, underscore
        dot = 64,
        colon = 128,
        at = 256,
        blank_or_control = 512, // also NUL and DEL
        other = 1024,
        capital = upper_hex | upper,
        letter = lower_hex | lower | capital,
        of_addresses = lower_hex | upper_hex | digit | dot | colon,
        of_names = letter | digit | mark | dot,
        of_mailboxes = of_names | at,
    };

    Characters() = default;
    explicit Characters(std::string_view text);

    [[nodiscard]] bool have(Kinds kinds) const { return (kinds_ & kinds) != 0; }
    [[nodiscard]] bool are_only(Kinds kinds) const { return (kinds_ & ~unsigned{kinds}) == 0; }

  private:
    unsigned kinds_ = none;
};

} // namespace rules
