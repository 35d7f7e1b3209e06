#include "greylist/selection.hpp"

#include "system/text.hpp"

#include <charconv>

namespace greylist {

namespace {

bool is_mailbox(std::string_view wanted, std::string_view address) {
    return wanted.starts_with('@') ? address.ends_with(wanted)
                                   : address == wanted || address == unescaped(in_key(wanted));
}

bool is_client(const Key& key, const sys::Address& client, const Grouping& grouping) {
    if (key.kind == Kind::client) {
        return key == client_key(client.text()) || key == client_of(client, grouping);
    }
    if (key.kind != Kind::triplet) {
        return key.kind == Kind::weight && client_in(key) == client;
    }
    const std::string field = fields_of(key).front();
    const std::string in_key = fields_of(triplet_of(client, "", "", grouping)).front();
    return field == in_key || client_in(key) == client;
}

} // namespace

std::optional<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = sys::Address::parse(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    unsigned prefix = address->bits();
    if (slash != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        const auto digits = std::from_chars(text.data() + slash + 1, end, prefix);
        if (digits.ec != std::errc{} || digits.ptr != end || prefix > address->bits()) {
            return std::nullopt;
        }
    }
    return Network{address->network(prefix), prefix};
}

bool Network::contains(const sys::Address& other) const {
    return other.bits() == address.bits() && other.network(prefix) == address;
}

std::optional<sys::Address> client_in(const Key& key) {
    if (key.kind == Kind::instance) {
        return std::nullopt;
    }
    const auto fields = fields_of(key);
    if (key.kind == Kind::weight) {
        return fields.size() > 1 ? sys::Address::parse(fields[1]) : std::nullopt;
    }
    const std::string& client = fields.front();
    return sys::Address::parse(std::string_view{client}.substr(0, client.find('/')));
}

bool Selection::selects(const Key& key) const {
    if (kind && key.kind != *kind) {
        return false;
    }
    Grouping hashed = grouping;
    hashed.hashed = true;
    if (client && !sender && !recipient && !network &&
        (key == client_of(*client, hashed) || key == address_of(*client, hashed))) {
        return true;
    }
    if (client && sender && recipient && !network &&
        key == triplet_of(*client, *sender, *recipient, hashed)) {
        return true;
    }
    if (client && !is_client(key, *client, grouping)) {
        return false;
    }
    if (network) {
        const auto address = client_in(key);
        if (!address || !network->contains(*address)) {
            return false;
        }
    }
    if (!sender && !recipient) {
        return true;
    }
    const auto fields = fields_of(key);
    if (key.kind != Kind::triplet || fields.size() != 3) {
        return false;
    }
    const auto is_sender = [&](const std::string& wanted) {
        return is_mailbox(sys::lower_case(wanted), fields[1]);
    };
    return (!sender || is_sender(*sender) || is_sender(steady_sender(*sender))) &&
           (!recipient || is_mailbox(sys::lower_case(*recipient), fields[2]));
}

} // namespace greylist
