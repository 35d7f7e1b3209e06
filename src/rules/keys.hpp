// The keys of the table: what an entry is filed under, and what a request looks for. Both stand here and
// nowhere else, so that what was compiled is what is found. Pure.
//
// A key is `FIELD TEXT` for each field of the entry, in the order of Field, one blank between the words;
// before them `default` where the entry is a default. A form says how the text comes out of a value:
//
//   form       number          text             comes from
//   ip4, ip6   prefix length   192.0.2.0/24     an address: its network; without the length where it is whole
//   name       0               mail.example.org the whole value
//   mailbox    pluses in it    bob+x@dom.org    a mailbox: its extensions off until so many pluses are left;
//                                               `<>` for the empty sender
//   user       pluses in it    bob@             the same without the domain
//   domain     0               dom.org          what follows the last @
//   below      labels          .dom.org         a name, or what follows the last @: its last labels
//   ending     bytes           *om.org          the value's last bytes: where an expression that can only
//                                               match values so ending is filed
//
// So a value has one text in each form, or none, and a request costs one probe for each form that occurs.
#pragma once

#include "rules/characters.hpp"
#include "system/address.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

// In the order in which equally exact entries are asked.
enum class Field : std::uint8_t { client, reverse, helo, sender, recipient, sasl, server };
inline constexpr std::size_t field_count = 7;
std::string_view name_of(Field field);
std::optional<Field> field_named(std::string_view name);

// From the most exact to the least.
enum class Kind : std::uint8_t { ip4, ip6, name, mailbox, user, domain, below, ending };
inline constexpr std::size_t kind_count = 8;
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

struct Form {
    Field field = Field::client;
    Kind kind = Kind::name;
    std::uint16_t number = 0;

    // The key holds the whole value: an address, a name, a mailbox.
    [[nodiscard]] bool is_whole() const;
    friend bool operator==(const Form&, const Form&) = default;
};

// What postgrey cuts its values at; longer ones are matched by their beginning.
inline constexpr std::size_t longest_value = 512;

// One field of a request: as it came, in lower case, and as an address where the field has one.
struct Value {
    std::string_view original;
    std::string_view folded;
    Characters characters; // of both
    std::optional<sys::Address> address;
};

// `room` keeps the lower case where that is another text.
Value value_of(std::string_view text, std::string& room);

// Appends the text of `value` in this form; false, and `key` as it was, where it has none.
bool append_text(std::string& key, const Form& form, const Value& value);

// May stand in a key as it is: not empty, no blank or control byte, not to be taken for another form.
bool is_plain(std::string_view text);
// Made of nothing but what addresses are made of, up to a slash: the author meant one.
bool looks_like_address(std::string_view text);
bool has_addresses(Field field);
bool has_mailboxes(Field field);

} // namespace rules
