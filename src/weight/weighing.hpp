// One weighing under way: what it was given, and what the checks have found so far.
#pragma once

#include "weight/answers.hpp"
#include "weight/settings.hpp"
#include "weight/subject.hpp"
#include "weight/verdict.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weight {

// What was known before the first question.
struct Known {
    std::optional<std::string>
        earlier_rate;                   // the client passed before, for this sender's domain, with this rate
    std::set<std::string> dead_lists;   // zones that are not asked
    std::optional<unsigned> lists_only; // which of the configured patterns of client names says so, from 1
};

// The HELO name against the client's address.
enum class Helo { unknown, verified, failed };

struct Weighing {
    const Subject& subject;
    const Settings& settings;
    const Known& known;
    const Answers& answers;

    std::string sender = without_extension(subject.sender);
    std::string_view domain = domain_of(subject.sender);
    std::string_view helo = helo_name(subject);
    // [192.0.2.1] as HELO of 192.0.2.1
    bool helo_is_literal = is_literal_of(subject.helo, subject.client);

    double rate = 0;
    double list_score = 0; // of the lists, and of a client that seems to be on a dial-up line
    unsigned list_hits = 0;
    double numeric_score = 0;
    double bogus_mx_score = 0;
    double random_penalty = 0;
    unsigned list_errors = 0;
    std::string too_many_errors_in{}; // where the errors of lists became too many; empty: they are not
    unsigned lists_asked = 0;
    unsigned lists_answered = 0;

    Helo helo_state = helo_is_literal ? Helo::verified : Helo::unknown;
    bool helo_is_likely = false;  // policyd-weight's "untrusted" yes
    bool client_is_found = false; // by a name that leads to it
    bool client_is_mx = false;    // of the sender's or the HELO's name
    bool client_is_sender_mx = false;
    bool client_is_sender_host = false;
    bool client_seems_dialup = false;
    bool dns_has_answered = false; // about a name, be it that it does not exist
    bool sender_mx_is_bogus = false;
    bool wants_reverse_check = false;
    bool wants_relay_check = false;
    bool nothing_in_dns = false;
    bool a_name_has_failed = false; // one that the client chose

    std::vector<sys::Address> sender_addresses{};
    std::vector<sys::Address> all_addresses{};
    std::string sender_mx_names{}; // each as ".name "
    std::vector<std::string> reverse_names{};

    std::string listed_domain_text{}; // for the reject text
    std::string relay_text{};
    std::string dialup_text{};

    Verdict verdict{};
    bool is_complete = true; // no answer was wanted that is not there yet

    // What a list said of `name`; an empty answer where it was not asked yet, or cannot be.
    const Answer& ask_list(std::string_view name);

    // What the DNS says of a name that the client chose: its own, its HELO's, its sender's. One that fails
    // has nothing, like one that does not exist: a client that can break a name gains nothing by it.
    const Answer& ask(std::string_view name, Type type);

    // Adds what a check found. `plain_token` has no "=score" yet.
    void add(std::string_view plain_token, double score, std::string because = {});
    void note(std::string token);

    // Counts what came of asking `list`.
    void count_list(const List& list, ListNews::Kind kind);

    // Have so many lists failed that only a rate that refuses the mail all the same counts?
    [[nodiscard]] bool has_too_many_errors() const { return !too_many_errors_in.empty(); }

    // Does nothing of the DNS work, so that what the client's names lack says nothing of the client?
    [[nodiscard]] bool dns_is_away() const;

    [[nodiscard]] bool is_refused() const { return rate >= settings.reject_level; }

    // No opinion, and no rate: what can be said where the DNS has failed.
    Verdict no_rate();

    [[nodiscard]] bool is_sender_address(const sys::Address& address) const;

  private:
    const Answer& answer_to(std::string_view name, Type type);
};

// A check: it may end the weighing.
using Opinion = std::optional<Verdict>;

Opinion check_block_lists(Weighing& weighing);
Opinion check_allow_lists(Weighing& weighing);
Opinion stop_after_lists(Weighing& weighing);
Opinion check_names(Weighing& weighing);
Opinion check_helo_address(Weighing& weighing);
Opinion check_numeric_helo(Weighing& weighing);
Opinion check_sender_against_helo(Weighing& weighing);
Opinion check_dialup_client(Weighing& weighing);
Opinion check_reverse_name(Weighing& weighing);
Opinion check_dialup_helo(Weighing& weighing);
Opinion check_nobody(Weighing& weighing);
Opinion check_relay(Weighing& weighing);
Opinion check_sender_parts(Weighing& weighing);
Opinion check_random_sender(Weighing& weighing);
Opinion check_domain_lists(Weighing& weighing);

} // namespace weight
