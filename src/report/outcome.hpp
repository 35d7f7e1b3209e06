// What became of a request, as the line in the log tells it: the kinds that a report counts, each with its name and what it
// means. Pure.
#pragma once

#include "report/told.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace report {

enum class Outcome : std::uint8_t {
    known_triplet,
    known_client,
    known_pair,
    spared,
    whitelist,
    rule,
    weight,
    server,
    no_opinion,
    not_asked,
    trouble,
    first_attempt,
    early_retry,
    deferred_by_rule,
    deferred_by_weight,
    deferred_by_server,
    deferred_otherwise,
    refused_by_rule,
    refused_by_weight,
    refused_by_server,
    refused_otherwise,
};

enum class Group : std::uint8_t { passed, put_off, deferred, refused };

struct OutcomeRow {
    Outcome outcome;
    Group group;
    std::string_view id;    // in JSON
    std::string_view title; // for people
    std::string_view meaning;
};

constexpr std::array<OutcomeRow, 21> outcomes{{
    {Outcome::known_triplet, Group::passed, "known_triplet", "known triplet",
     "The greylist knew network, sender and recipient, or the delay was over: reason “triplet found”."},
    {Outcome::known_client, Group::passed, "known_client", "known client",
     "The client had come back often enough: reason “client AWL”."},
    {Outcome::known_pair, Group::passed, "known_pair", "known pair",
     "The domain's mail had come back from this client before: reason “pair AWL”."},
    {Outcome::spared, Group::passed, "spared", "spared the wait",
     "A client with an organisation, an answer to one of ours, or a later recipient of a message of which "
     "one had "
     "passed: reason “client name”, “correspondent” or “message passed”."},
    {Outcome::whitelist, Group::passed, "whitelist", "whitelist",
     "An entry of a whitelist: reason “client whitelist” or “recipient whitelist”."},
    {Outcome::rule, Group::passed, "rule", "rule",
     "A rule that says pass, or another action that lets mail pass."},
    {Outcome::weight, Group::passed, "weight", "weight",
     "A low rate of the weight, or an allow list that vouches for the client."},
    {Outcome::server, Group::passed, "server", "another policy server", "The OK of a server that was asked."},
    {Outcome::no_opinion, Group::passed, "no_opinion", "no opinion", "No step had one."},
    {Outcome::not_asked, Group::passed, "not_asked", "not for a greylist",
     "Not at RCPT, of a user who had logged in, or of a client that was gone."},
    {Outcome::trouble, Group::passed, "trouble", "trouble",
     "Something of ours had failed, so the mail passed: reason “trouble”."},
    {Outcome::first_attempt, Group::put_off, "first_attempt", "first attempt",
     "The greylist had not seen this before: reason “new”."},
    {Outcome::early_retry, Group::put_off, "early_retry", "retry before the delay was over",
     "Reason “early-retry”."},
    {Outcome::deferred_by_rule, Group::deferred, "deferred_by_rule", "by a rule", "A rule that says defer."},
    {Outcome::deferred_by_weight, Group::deferred, "deferred_by_weight", "by the weight",
     "The weight put it off."},
    {Outcome::deferred_by_server, Group::deferred, "deferred_by_server", "by another policy server",
     "A server that was asked said so."},
    {Outcome::deferred_otherwise, Group::deferred, "deferred_otherwise", "for another reason",
     "Two values of one attribute, trouble where on-error says so, or a reason that this report does not "
     "know."},
    {Outcome::refused_by_rule, Group::refused, "refused_by_rule", "by a rule", "A rule that says reject."},
    {Outcome::refused_by_weight, Group::refused, "refused_by_weight", "by the weight", "A high rate."},
    {Outcome::refused_by_server, Group::refused, "refused_by_server", "by another policy server",
     "A server that was asked said so."},
    {Outcome::refused_otherwise, Group::refused, "refused_otherwise", "for another reason",
     "Trouble where on-error says so, or a reason that this report does not know."},
}};

constexpr const OutcomeRow& row_of(Outcome outcome) {
    return outcomes[static_cast<std::size_t>(outcome)];
}

Outcome outcome_of(const Decision& decision);

struct Counts {
    std::array<std::uint64_t, outcomes.size()> by{};

    void add(Outcome outcome, std::uint64_t times) { by[static_cast<std::size_t>(outcome)] += times; }
    [[nodiscard]] std::uint64_t of(Outcome outcome) const { return by[static_cast<std::size_t>(outcome)]; }
    [[nodiscard]] std::uint64_t of(Group group) const {
        std::uint64_t sum = 0;
        for (const OutcomeRow& row : outcomes) {
            sum += row.group == group ? of(row.outcome) : 0;
        }
        return sum;
    }
    [[nodiscard]] std::uint64_t all() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : by) {
            sum += count;
        }
        return sum;
    }
    Counts& operator+=(const Counts& other) {
        for (std::size_t i = 0; i < by.size(); ++i) {
            by[i] += other.by[i];
        }
        return *this;
    }
};

} // namespace report
