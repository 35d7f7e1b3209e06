#include "greylist/selection.hpp"

#include "greylist/kind.hpp"
#include "greylist/organisation.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <charconv>

namespace greylist {

namespace {

bool is_mailbox(std::string_view wanted, std::string_view address) {
    return wanted.starts_with('@') ? address.ends_with(wanted)
                                   : address == wanted || address == unescaped(in_key(wanted));
}

bool is_client(const Key& key, const sys::Address& client, const Grouping& grouping) {
    if (client_in(key) == client || key == client_of(client, grouping)) {
        return true;
    }
    return row_of(key.kind).client == KindRow::Client::network_first &&
           fields_of(key).front() == fields_of(triplet_of(client, "", "", grouping)).front();
}

bool is_organisation(const Key& key, std::string_view organisation) {
    return row_of(key.kind).client == KindRow::Client::network_first &&
           fields_of(key).front() == organisation;
}

// The field of the key that has this name; none where keys of its kind have no such field, or it is a hash.
std::optional<std::string> field_named(std::string_view name, const Key& key) {
    const KindRow& row = row_of(key.kind);
    auto fields = fields_of(key);
    const auto at = static_cast<std::size_t>(std::ranges::find(row.fields, name) - row.fields.begin());
    return at < row.field_count() && fields.size() == row.field_count() ? std::optional{std::move(fields[at])}
                                                                        : std::nullopt;
}

// @DOMAIN, where the key has the domain that this belongs to.
bool is_domain_of(std::string_view sender, const Key& key) {
    const auto domain = field_named("domain", key);
    return domain && sender.starts_with('@') && registrable_domain(sender.substr(1)) == *domain;
}

// A hashed key is found by all that it was made of.
bool is_hash_of(const Selection& selection, const Key& key) {
    if (selection.network) {
        return false;
    }
    const auto& [kind, client, organisation, network, sender, recipient, grouping] = selection;
    Grouping hashed = grouping;
    hashed.hashed = true;
    if (client && !sender && !recipient) {
        return key == client_of(*client, hashed) || key == address_of(*client, hashed);
    }
    if (!sender) {
        return false;
    }
    if (!client && !organisation) {
        return recipient && key == correspondent_of(*sender, *recipient, hashed);
    }
    const sys::Address address = client.value_or(*sys::Address::parse("0.0.0.0"));
    const std::string domain = organisation.value_or("");
    return recipient ? key == triplet_of(address, *sender, *recipient, hashed, domain)
                     : key == pair_of(address, *sender, hashed, domain);
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
    const KindRow::Client where = row_of(key.kind).client;
    const std::size_t at = where == KindRow::Client::second ? 1 : 0;
    const auto fields = fields_of(key);
    if (where == KindRow::Client::none || at >= fields.size()) {
        return std::nullopt;
    }
    return sys::Address::parse(std::string_view{fields[at]}.substr(0, fields[at].find('/')));
}

bool Selection::selects(const Key& key) const {
    if (kind && key.kind != *kind) {
        return false;
    }
    if (is_hash_of(*this, key)) {
        return true;
    }
    if (organisation && !is_organisation(key, *organisation)) {
        return false;
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
    if (sender && !is_domain_of(*sender, key)) {
        const auto field = field_named("sender", key);
        const auto is_sender = [&](const std::string& wanted) {
            return is_mailbox(sys::lower_case(wanted), *field);
        };
        if (!field || (!is_sender(*sender) && !is_sender(steady_sender(*sender, grouping.by_organisation)))) {
            return false;
        }
    }
    if (recipient) {
        const auto field = field_named("recipient", key);
        return field && is_mailbox(sys::lower_case(*recipient), *field);
    }
    return true;
}

} // namespace greylist
