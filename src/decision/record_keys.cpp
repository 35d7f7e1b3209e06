#include "decision/record_keys.hpp"

#include <utility>

namespace decision {

namespace {

// Whether a rule says how large the client's network is. Up to 32 it is an IPv4 network's prefix, above an IPv6
// network's: nobody has an IPv6 pool of 2^96 addresses.
bool has_own_network(const Question& question) {
    const auto network = question.greylisting.network;
    return network && (*network <= 32) == (question.request.client_address->bits() == 32);
}

greylist::Grouping grouping_of(const Question& question, greylist::Grouping grouping) {
    if (has_own_network(question)) {
        grouping.by_host = false;
        (question.request.client_address->bits() == 32 ? grouping.ipv4_prefix : grouping.ipv6_prefix) =
            *question.greylisting.network;
    }
    return grouping;
}

} // namespace

greylist::Organisation organisation_of(const Question& question, const greylist::Settings& settings) {
    const bool is_wanted = settings.grouping.by_organisation || settings.knows_correspondents ||
                           settings.names == greylist::Names::suspect;
    const protocol::Request& request = question.request;
    return is_wanted
               ? greylist::organisation_of(request.client_name, *request.client_address, question.spf_result)
               : greylist::Organisation{};
}

std::string client_key_of(const Question& question, const greylist::Settings& settings) {
    const auto grouping = grouping_of(question, settings.grouping);
    const bool may_be_organisation = grouping.by_organisation && !has_own_network(question);
    return client_field(*question.request.client_address, grouping,
                        may_be_organisation ? organisation_of(question, settings).domain : "");
}

RecordKeys::RecordKeys(const Question& question, const greylist::Settings& settings, std::string organisation,
                       bool knows_pairs)
    : request_(question.request), settings_(settings), grouping_(grouping_of(question, settings.grouping)),
      organisation_(std::move(organisation)),
      counts_as_(grouping_.by_organisation && !has_own_network(question) ? organisation_ : ""),
      client_(client_of(*request_.client_address, settings.grouping)),
      address_(address_of(*request_.client_address, settings.grouping)),
      pair_(knows_pairs ? pair_under(counts_as_) : std::nullopt) {}

std::string RecordKeys::client_field() const {
    return grouping_.by_organisation ? greylist::client_field(*request_.client_address, grouping_, counts_as_)
                                     : "";
}

greylist::Key RecordKeys::triplet() const {
    return triplet_of(*request_.client_address, request_.sender, request_.recipient, grouping_, counts_as_);
}

std::optional<greylist::Key> RecordKeys::triplet_before() const {
    if (!grouping_.by_organisation) {
        return std::nullopt;
    }
    greylist::Grouping before = grouping_;
    before.by_organisation = false;
    const auto key = triplet_of(*request_.client_address, request_.sender, request_.recipient, before);
    return key == triplet() ? std::nullopt : std::optional{key};
}

std::optional<greylist::Key> RecordKeys::pair_under(std::string_view organisation) const {
    return pair_of(*request_.client_address, request_.sender, grouping_, organisation);
}

std::optional<greylist::Key> RecordKeys::pair_before() const {
    return pair_ && !counts_as_.empty() ? pair_under({}) : std::nullopt;
}

std::optional<greylist::Key> RecordKeys::correspondent() const {
    if (!settings_.knows_correspondents || organisation_.empty()) {
        return std::nullopt;
    }
    return correspondent_of(request_.sender, request_.recipient, grouping_);
}

std::optional<greylist::Key> RecordKeys::message() const {
    if (!settings_.has_one_verdict || request_.instance.empty() || request_.sender.empty()) {
        return std::nullopt;
    }
    return instance_of(std::string{request_.instance} + " passed", grouping_);
}

std::optional<greylist::Key> RecordKeys::header() const {
    return settings_.header.empty() || request_.instance.empty()
               ? std::nullopt
               : std::optional{instance_of(request_.instance, grouping_)};
}

std::vector<greylist::Key> RecordKeys::all(bool also_clients) const {
    std::vector<greylist::Key> keys{triplet()};
    if (also_clients) {
        keys.push_back(client_);
        if (address_ != client_) {
            keys.push_back(address_);
        }
    }
    for (const auto& key : {pair_, triplet_before(), pair_before(), correspondent(), message(), header()}) {
        if (key) {
            keys.push_back(*key);
        }
    }
    return keys;
}

} // namespace decision
