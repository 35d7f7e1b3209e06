#include "rules/keys.hpp"

#include "system/text.hpp"

#include <algorithm>
#include <cstring>

namespace rules {

namespace {

constexpr std::array<std::string_view, field_count> field_names{"client",    "reverse", "helo",  "sender",
                                                                "recipient", "sasl",    "server"};
constexpr std::array<std::string_view, kind_count> kind_names{"ip4",  "ip6",    "name",  "mailbox",
                                                              "user", "domain", "below", "ending"};

constexpr std::string_view null_sender = "<>";

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto* const found = std::find_if(names.begin(), names.end(), [name](std::string_view known) {
        return known.size() == name.size() && known.front() == name.front() && known == name;
    });
    if (found == names.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - names.begin());
}

bool has_blank_or_control(std::string_view text) {
    return Characters{text}.have(Characters::blank_or_control);
}

bool begins_as_plain(std::string_view text) {
    constexpr std::string_view other_forms_begin = "./*<";
    return !text.empty() && other_forms_begin.find(text.front()) == std::string_view::npos;
}

// The same of a part of `value`, without a look at it where the whole has none.
bool has_blank_or_control(const Value& value, std::string_view part) {
    return value.characters.have(Characters::blank_or_control) && has_blank_or_control(part);
}

bool is_plain_part(const Value& value, std::string_view part) {
    return begins_as_plain(part) && !has_blank_or_control(value, part);
}

void append_network(std::string& key, const sys::Address& address, unsigned prefix) {
    key.append(address.network(prefix).text());
    if (prefix < address.bits()) {
        key.append("/").append(std::to_string(prefix));
    }
}

// The local part of a mailbox without the extensions after its first `pluses` pluses. An extension is not
// empty: `bob+@dom` is no extension of `bob@dom`.
std::optional<std::string_view> local_part(std::string_view mailbox, unsigned pluses) {
    const std::string_view local = mailbox.substr(0, mailbox.find('@'));
    std::size_t at = 0;
    for (unsigned seen = 0;; ++seen) {
        at = local.find('+', at);
        if (at == std::string_view::npos) {
            return seen == pluses ? std::optional{local} : std::nullopt;
        }
        if (seen == pluses) {
            return at + 1 < local.size() ? std::optional{local.substr(0, at)} : std::nullopt;
        }
        ++at;
    }
}

std::optional<std::string_view> last_labels(std::string_view name, unsigned labels) {
    std::size_t start = name.size();
    for (unsigned i = 0; i < labels; ++i) {
        if (i > 0) {
            if (start == 0) {
                return std::nullopt;
            }
            --start;
        }
        // An empty name may be a null pointer, which memrchr() must not be given.
        const void* const dot = start == 0 ? nullptr : ::memrchr(name.data(), '.', start);
        start =
            dot == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(dot) - name.data()) + 1;
    }
    return name.substr(start);
}

// What a value of a mail field has below a domain: what follows the last @, or, where there is no @, what
// follows the first dot.
std::string_view domain_part(Field field, std::string_view value) {
    if (!has_mailboxes(field)) {
        return value;
    }
    const std::size_t at = value.rfind('@');
    const std::size_t start = at != std::string_view::npos ? at : value.find('.');
    return start == std::string_view::npos ? std::string_view{} : value.substr(start + 1);
}

bool append_mailbox(std::string& key, const Form& form, const Value& whole) {
    const std::string_view value = whole.folded;
    const std::size_t at = value.find('@');
    if (value.empty() && form.kind == Kind::mailbox && form.number == 0) {
        key.append(null_sender);
        return true;
    }
    if (at == std::string_view::npos) {
        return false;
    }
    const auto local = local_part(value, form.number);
    const std::string_view rest = form.kind == Kind::mailbox ? value.substr(at) : value.substr(at, 1);
    if (!local || !is_plain_part(whole, *local) || has_blank_or_control(whole, rest)) {
        return false;
    }
    key.append(*local).append(rest);
    return true;
}

} // namespace

std::string_view name_of(Field field) {
    return field_names[static_cast<std::size_t>(field)];
}

std::optional<Field> field_named(std::string_view name) {
    const auto index = index_of(field_names, name);
    return index ? std::optional{static_cast<Field>(*index)} : std::nullopt;
}

std::string_view name_of(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_named(std::string_view name) {
    const auto index = index_of(kind_names, name);
    return index ? std::optional{static_cast<Kind>(*index)} : std::nullopt;
}

bool Form::is_whole() const {
    switch (kind) {
    case Kind::ip4:
        return number == 32;
    case Kind::ip6:
        return number == 128;
    case Kind::name:
    case Kind::mailbox:
        return true;
    case Kind::user:
    case Kind::domain:
    case Kind::below:
    case Kind::ending:
        break;
    }
    return false;
}

bool is_plain(std::string_view text) {
    return begins_as_plain(text) && !has_blank_or_control(text);
}

bool looks_like_address(std::string_view text) {
    if (!Characters{text.substr(0, 1)}.are_only(Characters::of_addresses)) {
        return false; // most names need no closer look
    }
    const Characters characters{text.substr(0, text.find('/'))};
    const bool has_letters = characters.have(Characters::lower_hex) || characters.have(Characters::upper_hex);
    return characters.are_only(Characters::of_addresses) &&
           (characters.have(Characters::colon) || (characters.have(Characters::digit) && !has_letters));
}

bool has_addresses(Field field) {
    return field == Field::client || field == Field::server;
}

bool has_mailboxes(Field field) {
    return field == Field::sender || field == Field::recipient;
}

Value value_of(std::string_view text, std::string& room) {
    Value value{text, text, Characters{text}, std::nullopt};
    if (value.characters.have(Characters::capital)) {
        room.assign(text);
        sys::make_lower_case(room);
        value.folded = room;
    }
    return value;
}

bool append_text(std::string& key, const Form& form, const Value& value) {
    const std::string_view text = value.folded;
    switch (form.kind) {
    case Kind::ip4:
    case Kind::ip6: {
        const unsigned bits = form.kind == Kind::ip4 ? 32 : 128;
        if (!value.address || value.address->bits() != bits || form.number > bits) {
            return false;
        }
        append_network(key, *value.address, form.number);
        return true;
    }
    case Kind::name:
        if (!is_plain_part(value, text) || (has_addresses(form.field) && looks_like_address(text))) {
            return false;
        }
        key.append(text);
        return true;
    case Kind::mailbox:
    case Kind::user:
        return append_mailbox(key, form, value);
    case Kind::domain: {
        const std::size_t at = text.rfind('@');
        if (at == std::string_view::npos || !is_plain_part(value, text.substr(at + 1))) {
            return false;
        }
        key.append(text.substr(at + 1));
        return true;
    }
    case Kind::below: {
        const auto labels = last_labels(domain_part(form.field, text), form.number);
        if (!labels || labels->empty() || has_blank_or_control(value, *labels)) {
            return false;
        }
        key.append(".").append(*labels);
        return true;
    }
    case Kind::ending: {
        if (text.size() < form.number ||
            has_blank_or_control(value, text.substr(text.size() - form.number))) {
            return false;
        }
        key.append("*").append(text.substr(text.size() - form.number));
        return true;
    }
    }
    return false;
}

} // namespace rules
