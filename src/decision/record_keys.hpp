// Which records a request is about: whom its client counts as, and the keys of its client, triplet, pair, correspondent and
// message. Nothing is looked up here.
#pragma once

#include "decision/step.hpp"
#include "greylist/organisation.hpp"
#include "greylist/triplet.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decision {

// The client's organisation, of which the list of public suffixes is asked only where something depends on it; empty
// otherwise.
greylist::Organisation organisation_of(const Question& question, const greylist::Settings& settings);

// Who the client of a request counts as in keys.
std::string client_key_of(const Question& question, const greylist::Settings& settings);

class RecordKeys {
  public:
    // `organisation`: empty where the client has none, or nothing depends on it. `knows_pairs`: whether pairs are counted.
    // Question and settings must outlive this.
    RecordKeys(const Question& question, const greylist::Settings& settings, std::string organisation,
               bool knows_pairs);

    // The organisation that the client counts as; empty where it counts as its network.
    [[nodiscard]] const std::string& counts_as() const { return counts_as_; }
    // The same as a key has it; empty where no client counts as an organisation.
    [[nodiscard]] std::string client_field() const;

    [[nodiscard]] const greylist::Key& client() const { return client_; }
    // Of an IPv6 client another key than that; records of it still count.
    [[nodiscard]] const greylist::Key& address() const { return address_; }
    [[nodiscard]] const std::optional<greylist::Key>& pair() const { return pair_; }
    [[nodiscard]] greylist::Key triplet() const;
    // Both under the client's network, before clients counted as organisations; none where it still counts as that.
    [[nodiscard]] std::optional<greylist::Key> triplet_before() const;
    [[nodiscard]] std::optional<greylist::Key> pair_before() const;
    // None where nothing is learnt of whom ours write to, or it could not count: a client that only claims to be from there
    // has no organisation more often than not.
    [[nodiscard]] std::optional<greylist::Key> correspondent() const;
    // None where a message has no name, or is one from nobody, whose recipients have nothing in common.
    [[nodiscard]] std::optional<greylist::Key> message() const;
    // None where a message has no name, or has no header.
    [[nodiscard]] std::optional<greylist::Key> header() const;

    // All that the request may need.
    [[nodiscard]] std::vector<greylist::Key> all(bool also_clients) const;

  private:
    [[nodiscard]] std::optional<greylist::Key> pair_under(std::string_view organisation) const;

    const protocol::Request& request_;
    const greylist::Settings& settings_;
    greylist::Grouping grouping_; // with the network that a rule has given
    std::string organisation_;
    std::string counts_as_;
    greylist::Key client_;
    greylist::Key address_;
    std::optional<greylist::Key> pair_;
};

} // namespace decision
