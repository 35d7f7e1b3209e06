// What kinds of characters a text is made of: found out once, so that most questions about it need no look at
// it. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace rules {

class Characters {
  public:
    enum Kinds : std::uint8_t {
        none = 0,
        lower = 1,
        upper = 2,
        digit = 4,
        mark = 8, // hyphen, underscore
        dot = 16,
        colon = 32,
        blank_or_control = 64, // also NUL and DEL
        other = 128,
        of_names = lower | upper | digit | mark | dot,
    };

    Characters() = default;
    explicit Characters(std::string_view text);

    [[nodiscard]] bool have(Kinds kinds) const { return (kinds_ & kinds) != 0; }
    [[nodiscard]] bool are_only(Kinds kinds) const { return (kinds_ & ~unsigned{kinds}) == 0; }

  private:
    unsigned kinds_ = none;
};

} // namespace rules
