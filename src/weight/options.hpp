// The options of the weight: its settings by their names in a configuration file.
#pragma once

#include "settings/action.hpp"
#include "settings/option.hpp"
#include "weight/settings.hpp"

#include <array>
#include <string>

namespace weight {

// What is read here alone. Each throws settings::WrongValue.
Score score_from(Score before, const std::string& text); // one word leaves the miss as it was
double level_from(const std::string& text);
void add_nameservers(std::vector<std::string>& nameservers, const std::string& text);
// The first one given takes the place of the default lists; nothing: no list.
void add_list(std::vector<List>& lists, bool& is_default, const std::string& text);

std::string shown(const Score& score);
std::string shown(double level);

// The kinds of their values (settings/option.hpp).
struct Level : settings::NeedsValue {
    static constexpr const char* takes = "RATE";
    static double from(const std::string& text) { return level_from(text); }
    static std::string shown(double level) { return weight::shown(level); }
};
// An action and its text.
struct Reply : settings::Action {
    static constexpr const char* takes = "REPLY";
};
// The action of one.
struct ReplyWord : settings::Action {
    static std::string from(const std::string& text) {
        settings::action_from(text + " text");
        return text;
    }
};
struct HeaderName : settings::Text {
    static constexpr const char* takes = "NAME";
    static std::string from(const std::string& text) {
        settings::header_from(text.empty() ? text : text + ": value");
        return text;
    }
};
using Number = settings::Count<9999>;

// Named, since one clang-format writes `*score` and another `* score`.
using ScoreInScores = Score Scores::*;

template <ScoreInScores score>
constexpr settings::Option<Settings> score_option(std::string_view name, const char* help) {
    return {name,
            help,
            "HIT [MISS]",
            nullptr,
            [](Settings& s, const std::string& v) { s.scores.*score = score_from(s.scores.*score, v); },
            [](const Settings& s) { return shown(s.scores.*score); }};
}

// A list's option.
constexpr settings::Option<Settings> list_option(std::string_view name, const char* help,
                                                 void (*add)(Settings&, const std::string&)) {
    return {name, help, "ZONE HIT MISS NAME [ANSWERS[=SCORE]]...", nullptr, add, nullptr};
}

using settings::option;
using settings::option_without_default;

inline constexpr std::array options{
    option<settings::Flag, &Settings::is_on>("weight", "weigh each client by the DNS (greyonce-weight(5))"),
    settings::Option<Settings>{
        "nameserver", "ask this nameserver; repeats (default: those of resolv.conf(5))", "ADDRESS[:PORT]",
        nullptr, [](Settings& s, const std::string& v) { add_nameservers(s.nameservers, v); }, nullptr},
    list_option(
        "dnsbl", "a list of clients; repeats",
        [](Settings& s, const std::string& v) { add_list(s.lists.dnsbl, s.lists.dnsbl_is_default, v); }),
    list_option(
        "rhsbl", "a list of senders' domains; repeats",
        [](Settings& s, const std::string& v) { add_list(s.lists.rhsbl, s.lists.rhsbl_is_default, v); }),
    list_option("dnswl",
                "a list of good clients; a client with a score below 0 there is never greylisted; repeats",
                [](Settings& s, const std::string& v) {
                    bool is_default = false;
                    add_list(s.lists.dnswl, is_default, v);
                }),
    option<Number, &Settings::list_limits, &ListLimits::hits>("dnsbl-max-hits",
                                                              "more lists than this refuse at once"),
    option<Level, &Settings::list_limits, &ListLimits::score>(
        "dnsbl-max-score", "a higher score of the lists refuses at once", "SCORE"),
    option<Reply, &Settings::list_limits, &ListLimits::text>("dnsbl-text",
                                                             "the reply where the lists alone refuse"),
    option<Level, &Settings::reject_level>("reject-level", "from this rate on the mail is refused"),
    option<Reply, &Settings::texts, &Texts::reject>("reject-text", "the reply where the rate refuses"),
    option_without_default<Level, &Settings::greylist_level>(
        "greylist-level", "below this rate the mail passes without delay; default: no mail does"),
    option<settings::Words, &Settings::deferring, &Deferring::tokens>(
        "defer-tokens", "where one of these was found, what is refused is put off", "TOKEN..."),
    option<Level, &Settings::deferring, &Deferring::level>(
        "defer-level", "from this rate on mail is refused for good, whatever defer-tokens say"),
    option<ReplyWord, &Settings::deferring, &Deferring::action>(
        "defer-action", "the first word of the reply where a refusal is put off"),
    option<Reply, &Settings::texts, &Texts::no_dns_entries>(
        "no-dns-text", "the reply where nothing of the client, HELO and sender is in the DNS"),
    option<Number, &Settings::max_dns_errors>(
        "max-dns-errors", "if so many lists fail there is no rate, and the greylist decides"),
    option<settings::Text, &Settings::texts, &Texts::too_many_errors>(
        "dns-errors-text", "the header's text where so many lists fail"),
    option<Number, &Settings::list_rule, &ListRule::errors>(
        "list-errors", "a list with more errors in a row is not asked for a while"),
    option<Number, &Settings::list_rule, &ListRule::skips>(
        "list-skips", "for so many requests a failing list is not asked, counted from its first error"),
    option<HeaderName, &Settings::header>("weight-header",
                                          "the header with all tokens and the rate; empty: none"),
    option<settings::Flag, &Settings::lists_only>("lists-only", "check nothing but the lists of clients"),
    settings::Option<Settings>{
        "lists-only-clients", "check nothing but the lists for client names that this matches; repeats",
        "REGEX", nullptr, [](Settings& s, const std::string& v) { s.lists_only_clients.push_back(v); },
        nullptr},
    option<settings::NotFlag, &Settings::logs_only_scoring_lists>(
        "log-all-lists", "also a list that the client is not on and that scores nothing is a token"),
    option<settings::Flag, &Settings::ignores_private_addresses>(
        "ignore-private-addresses", "private addresses of a sender's domain are not looked at"),
    option<settings::Days, &Settings::memory, &MemoryRule::spam_age>(
        "spam-memory", "a client that was refused is refused again for this time; 0: weighed again"),
    option<settings::Seconds, &Settings::memory, &MemoryRule::spam_pause>(
        "spam-pause", "a refused client that waits longer than this between attempts is soon weighed again"),
    option<Number, &Settings::memory, &MemoryRule::spam_retries>(
        "spam-retries", "after so many retries with a pause a refused client is weighed again"),
    option_without_default<Reply, &Settings::texts, &Texts::remembered_spam>(
        "spam-text",
        "the reply to a client that is refused again (default: the reject text and \" [cached]\")"),
    option<settings::Days, &Settings::memory, &MemoryRule::ham_age>(
        "ham-memory", "a client that passed is known for this time; 0: weighed again"),
    option<settings::Seconds, &Settings::memory, &MemoryRule::ham_trial>(
        "ham-trial", "for this long after its first pass a known client is still checked against the lists"),
    option<settings::Seconds, &Settings::memory, &MemoryRule::ham_window>(
        "ham-window", "after that it passes unchecked for this long, then the lists are asked once"),
    option<Number, &Settings::memory, &MemoryRule::ham_requests>(
        "ham-requests", "so many requests of a known client pass without a lookup"),
    option<settings::Text, &Settings::texts, &Texts::remembered_ham>("ham-text",
                                                                     "the header's text for a known client"),
    score_option<&Scores::client_ip_eq_helo_score>("client_ip_eq_helo_score",
                                                   "the client's own name and the HELO"),
    score_option<&Scores::helo_score>("helo_score", "an address of the HELO or the sender is the client's"),
    score_option<&Scores::helo_from_mx_eq_ip_score>("helo_from_mx_eq_ip_score",
                                                    "the client is an MX of one of them"),
    score_option<&Scores::helo_numeric_score>("helo_numeric_score", "the HELO is an address in numbers"),
    score_option<&Scores::from_match_regex_verified_helo>("from_match_regex_verified_helo",
                                                          "the sender matches a HELO that is the client's"),
    score_option<&Scores::from_match_regex_unverified_helo>(
        "from_match_regex_unverified_helo", "the sender matches a HELO that may be the client's"),
    score_option<&Scores::from_match_regex_failed_helo>("from_match_regex_failed_helo",
                                                        "the sender matches a HELO that is not the client's"),
    score_option<&Scores::helo_seems_dialup>("helo_seems_dialup",
                                             "the client's HELO looks like a dial-up line"),
    score_option<&Scores::failed_helo_seems_dialup>(
        "failed_helo_seems_dialup", "a HELO that is not the client's looks like a dial-up line"),
    score_option<&Scores::helo_ip_in_client_subnet>("helo_ip_in_client_subnet",
                                                    "a neighbour in the /24 or /64"),
    score_option<&Scores::helo_ip_in_cl16_subnet>("helo_ip_in_cl16_subnet", "a neighbour in the /16 or /48"),
    score_option<&Scores::client_seems_dialup_score>("client_seems_dialup_score",
                                                     "the client's own name looks like a dial-up line"),
    score_option<&Scores::from_multiparted>("from_multiparted", "the sender's domain has three parts"),
    score_option<&Scores::from_anon>("from_anon", "the sender is nobody or anonymous"),
    score_option<&Scores::bogus_mx_score>("bogus_mx_score",
                                          "the sender's domain has no address, or a private one"),
    score_option<&Scores::random_sender_score>("random_sender_score", "the sender looks random"),
    score_option<&Scores::rhsbl_penalty_score>("rhsbl_penalty_score",
                                               "added for a suspect sender on an rhsbl"),
    score_option<&Scores::enforce_dyndns_score>("enforce_dyndns_score",
                                                "added for a HELO that looks like a dial-up line"),
};

} // namespace weight
