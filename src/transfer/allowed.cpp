#include "transfer/allowed.hpp"

namespace transfer {

Record allowed(const greylist::Selection& selection, const Home& home) {
    const greylist::Grouping& grouping = home.grouping;
    const greylist::Rule& rule = home.rule;
    const bool has_pair = selection.sender && !selection.recipient && selection.sender->starts_with('@');
    if ((!selection.client && !selection.organisation) ||
        (selection.sender.has_value() != selection.recipient.has_value() && !has_pair)) {
        throw NotAllowed{"expected --client, alone, with --sender @DOMAIN, or with --sender and --recipient"};
    }
    const sys::Address address = selection.client.value_or(*sys::Address::parse("0.0.0.0"));
    const std::string organisation = selection.organisation.value_or("");
    if (has_pair) {
        if (rule.auto_whitelist_pairs == 0) {
            throw NotAllowed{"auto-whitelist-pairs is 0, so that no pair can pass as such"};
        }
        const auto key = pair_of(address, *selection.sender, grouping, organisation);
        return {*key, home.now - rule.auto_whitelist_pairs_age, home.now, rule.auto_whitelist_pairs};
    }
    if (selection.sender) {
        const auto key = triplet_of(address, *selection.sender, *selection.recipient, grouping, organisation);
        return passed(key, home.now);
    }
    if (!selection.client) {
        throw NotAllowed{"an organisation does not pass as such: expected --sender beside it"};
    }
    if (rule.auto_whitelist_clients == 0) {
        throw NotAllowed{"auto-whitelist-clients is 0, so that no client can pass as such"};
    }
    return whitelisted(client_of(address, grouping), home.now, home);
}

} // namespace transfer
