// The settings of the weight by their names in a configuration file: how each is read, and shown.
#pragma once

#include "weight/settings.hpp"

#include <array>
#include <string>
#include <string_view>

namespace weight {

struct Setting {
    const char* name;
    const char* takes; // what stands in the help text for its value
    const char* help;
    void (*set)(Settings&, std::string_view); // throws std::invalid_argument, saying what was expected
    std::string (*shown)(const Settings&);    // the value as text; null: nothing to show
};

void set_score(Score& score, std::string_view text);
void set_level(double& level, std::string_view text);
void set_count(unsigned& count, std::string_view text);
void set_flag(bool& flag, std::string_view text);
// A reply: a code or an action, and its text.
void set_reply(std::string& reply, std::string_view text);
void set_header(std::string& header, std::string_view text);
// `unit`: of a number without a letter.
void set_duration(sys::Seconds& duration, sys::Seconds unit, std::string_view text);
void set_words(std::vector<std::string>& words, std::string_view text);
void add_nameserver(std::vector<std::string>& nameservers, std::string_view text);
// The first one given takes the place of the default lists; nothing: no list.
void add_list(std::vector<List>& lists, bool& is_default, std::string_view text);
void add_pattern(std::vector<std::string>& patterns, std::string_view text);

std::string shown(const Score& score);
std::string shown(double level);
std::string shown(bool flag);
std::string shown(sys::Seconds duration, sys::Seconds unit);
std::string shown(const std::vector<std::string>& words);

inline constexpr sys::Seconds::rep second = 1;
inline constexpr sys::Seconds::rep day = 86400;

// Named, since one clang-format writes `*score` and another `* score`.
using DurationInMemoryRule = sys::Seconds MemoryRule::*;
using ScoreInScores = Score Scores::*;

// `unit`: what a number without a letter counts.
template <DurationInMemoryRule duration, sys::Seconds::rep unit>
constexpr Setting memory_setting(const char* name, const char* help) {
    return {name, unit == day ? "DAYS" : "SECONDS", help,
            [](Settings& s, std::string_view v) { set_duration(s.memory.*duration, sys::Seconds{unit}, v); },
            [](const Settings& s) { return shown(s.memory.*duration, sys::Seconds{unit}); }};
}

template <ScoreInScores score>
constexpr Setting score_setting(const char* name, const char* help) {
    return {name, "HIT [MISS]", help, [](Settings& s, std::string_view v) { set_score(s.scores.*score, v); },
            [](const Settings& s) { return shown(s.scores.*score); }};
}

inline constexpr std::array settings_table{
    Setting{"weight", "yes|no", "weigh each client by the DNS (greyonce-weight(5))",
            [](Settings& s, std::string_view v) { set_flag(s.is_on, v); },
            [](const Settings& s) { return shown(s.is_on); }},
    Setting{"nameserver", "ADDRESS[:PORT]", "ask this nameserver; repeats (default: those of resolv.conf(5))",
            [](Settings& s, std::string_view v) { add_nameserver(s.nameservers, v); }, nullptr},
    Setting{"dnsbl", "ZONE HIT MISS NAME [ANSWERS[=SCORE]]...", "a list of clients; repeats",
            [](Settings& s, std::string_view v) { add_list(s.lists.dnsbl, s.lists.dnsbl_is_default, v); },
            nullptr},
    Setting{"rhsbl", "ZONE HIT MISS NAME [ANSWERS[=SCORE]]...", "a list of senders' domains; repeats",
            [](Settings& s, std::string_view v) { add_list(s.lists.rhsbl, s.lists.rhsbl_is_default, v); },
            nullptr},
    Setting{"dnswl", "ZONE HIT MISS NAME [ANSWERS[=SCORE]]...",
            "a list of good clients; who has a score below 0 there is never greylisted; repeats",
            [](Settings& s, std::string_view v) {
                bool is_default = false;
                add_list(s.lists.dnswl, is_default, v);
            },
            nullptr},
    Setting{"dnsbl-max-hits", "N", "more lists than this refuse at once",
            [](Settings& s, std::string_view v) { set_count(s.list_limits.hits, v); },
            [](const Settings& s) { return std::to_string(s.list_limits.hits); }},
    Setting{"dnsbl-max-score", "SCORE", "a higher score of the lists refuses at once",
            [](Settings& s, std::string_view v) { set_level(s.list_limits.score, v); },
            [](const Settings& s) { return shown(s.list_limits.score); }},
    Setting{"dnsbl-text", "REPLY", "the reply where the lists alone refuse",
            [](Settings& s, std::string_view v) { set_reply(s.list_limits.text, v); },
            [](const Settings& s) { return s.list_limits.text; }},
    Setting{"reject-level", "RATE", "from this rate on the mail is refused",
            [](Settings& s, std::string_view v) { set_level(s.reject_level, v); },
            [](const Settings& s) { return shown(s.reject_level); }},
    Setting{"reject-text", "REPLY", "the reply where the rate refuses",
            [](Settings& s, std::string_view v) { set_reply(s.texts.reject, v); },
            [](const Settings& s) { return s.texts.reject; }},
    Setting{"greylist-level", "RATE", "below this rate the mail passes without delay; default: no mail does",
            [](Settings& s, std::string_view v) { set_level(s.greylist_level.emplace(0), v); }, nullptr},
    Setting{"defer-tokens", "TOKEN...", "where one of these was found, what is refused is put off",
            [](Settings& s, std::string_view v) { set_words(s.deferring.tokens, v); },
            [](const Settings& s) { return shown(s.deferring.tokens); }},
    Setting{"defer-level", "RATE", "from this rate on mail is refused for good, whatever defer-tokens say",
            [](Settings& s, std::string_view v) { set_level(s.deferring.level, v); },
            [](const Settings& s) { return shown(s.deferring.level); }},
    Setting{"defer-action", "ACTION", "the first word of the reply where a refusal is put off",
            [](Settings& s, std::string_view v) {
                set_reply(s.deferring.action, std::string(v) + " text");
                s.deferring.action = v;
            },
            [](const Settings& s) { return s.deferring.action; }},
    Setting{"no-dns-text", "REPLY", "the reply where nothing of the client, HELO and sender is in the DNS",
            [](Settings& s, std::string_view v) { set_reply(s.texts.no_dns_entries, v); },
            [](const Settings& s) { return s.texts.no_dns_entries; }},
    Setting{"max-dns-errors", "N", "if so many lists fail there is no rate, and the greylist decides",
            [](Settings& s, std::string_view v) { set_count(s.max_dns_errors, v); },
            [](const Settings& s) { return std::to_string(s.max_dns_errors); }},
    Setting{"dns-errors-text", "TEXT", "the header's text where so many lists fail",
            [](Settings& s, std::string_view v) { s.texts.too_many_errors = v; },
            [](const Settings& s) { return s.texts.too_many_errors; }},
    Setting{"list-errors", "N", "a list with more errors in a row is not asked for a while",
            [](Settings& s, std::string_view v) { set_count(s.list_rule.errors, v); },
            [](const Settings& s) { return std::to_string(s.list_rule.errors); }},
    Setting{"list-skips", "N",
            "for so many requests a failing list is not asked, counted from its first error",
            [](Settings& s, std::string_view v) { set_count(s.list_rule.skips, v); },
            [](const Settings& s) { return std::to_string(s.list_rule.skips); }},
    Setting{"weight-header", "NAME", "the header with all tokens and the rate; empty: none",
            [](Settings& s, std::string_view v) { set_header(s.header, v); },
            [](const Settings& s) { return s.header; }},
    Setting{"lists-only", "yes|no", "check nothing but the lists of clients",
            [](Settings& s, std::string_view v) { set_flag(s.lists_only, v); },
            [](const Settings& s) { return shown(s.lists_only); }},
    Setting{"lists-only-clients", "REGEX",
            "check nothing but the lists for client names that this matches; repeats",
            [](Settings& s, std::string_view v) { add_pattern(s.lists_only_clients, v); }, nullptr},
    Setting{"log-all-lists", "yes|no",
            "also a list that the client is not on and that scores nothing is a token",
            [](Settings& s, std::string_view v) {
                bool all = false;
                set_flag(all, v);
                s.logs_only_scoring_lists = !all;
            },
            [](const Settings& s) { return shown(!s.logs_only_scoring_lists); }},
    Setting{"ignore-private-addresses", "yes|no", "private addresses of a sender's domain are not looked at",
            [](Settings& s, std::string_view v) { set_flag(s.ignores_private_addresses, v); },
            [](const Settings& s) { return shown(s.ignores_private_addresses); }},
    memory_setting<&MemoryRule::spam_age, day>(
        "spam-memory", "a client that was refused is refused again for this time; 0: weighed again"),
    memory_setting<&MemoryRule::spam_pause, second>(
        "spam-pause", "a refused client that waits longer than this between attempts is soon weighed again"),
    Setting{"spam-retries", "N", "after so many retries with a pause a refused client is weighed again",
            [](Settings& s, std::string_view v) { set_count(s.memory.spam_retries, v); },
            [](const Settings& s) { return std::to_string(s.memory.spam_retries); }},
    Setting{"spam-text", "REPLY",
            "the reply to a client that is refused again (default: the reject text and \" [cached]\")",
            [](Settings& s, std::string_view v) { set_reply(s.texts.remembered_spam, v); }, nullptr},
    memory_setting<&MemoryRule::ham_age, day>(
        "ham-memory", "a client that passed is known for this time; 0: weighed again"),
    memory_setting<&MemoryRule::ham_trial, second>(
        "ham-trial", "for this long after its first pass a known client is still checked against the lists"),
    memory_setting<&MemoryRule::ham_window, second>(
        "ham-window", "after that it passes unchecked for this long, then the lists are asked once"),
    Setting{"ham-requests", "N", "so many requests of a known client pass without a lookup",
            [](Settings& s, std::string_view v) { set_count(s.memory.ham_requests, v); },
            [](const Settings& s) { return std::to_string(s.memory.ham_requests); }},
    Setting{"ham-text", "TEXT", "the header's text for a known client",
            [](Settings& s, std::string_view v) { s.texts.remembered_ham = v; },
            [](const Settings& s) { return s.texts.remembered_ham; }},
    score_setting<&Scores::client_ip_eq_helo_score>("client_ip_eq_helo_score",
                                                    "the client's own name and the HELO"),
    score_setting<&Scores::helo_score>("helo_score", "an address of the HELO or the sender is the client's"),
    score_setting<&Scores::helo_from_mx_eq_ip_score>("helo_from_mx_eq_ip_score",
                                                     "the client is an MX of one of them"),
    score_setting<&Scores::helo_numeric_score>("helo_numeric_score", "the HELO is an address in numbers"),
    score_setting<&Scores::from_match_regex_verified_helo>("from_match_regex_verified_helo",
                                                           "the sender matches a HELO that is the client's"),
    score_setting<&Scores::from_match_regex_unverified_helo>(
        "from_match_regex_unverified_helo", "the sender matches a HELO that may be the client's"),
    score_setting<&Scores::from_match_regex_failed_helo>(
        "from_match_regex_failed_helo", "the sender matches a HELO that is not the client's"),
    score_setting<&Scores::helo_seems_dialup>("helo_seems_dialup",
                                              "the client's HELO looks like a dial-up line"),
    score_setting<&Scores::failed_helo_seems_dialup>(
        "failed_helo_seems_dialup", "a HELO that is not the client's looks like a dial-up line"),
    score_setting<&Scores::helo_ip_in_client_subnet>("helo_ip_in_client_subnet",
                                                     "a neighbour in the /24 or /64"),
    score_setting<&Scores::helo_ip_in_cl16_subnet>("helo_ip_in_cl16_subnet", "a neighbour in the /16 or /48"),
    score_setting<&Scores::client_seems_dialup_score>("client_seems_dialup_score",
                                                      "the client's own name looks like a dial-up line"),
    score_setting<&Scores::from_multiparted>("from_multiparted", "the sender's domain has three parts"),
    score_setting<&Scores::from_anon>("from_anon", "the sender is nobody or anonymous"),
    score_setting<&Scores::bogus_mx_score>("bogus_mx_score",
                                           "the sender's domain has no address, or a private one"),
    score_setting<&Scores::random_sender_score>("random_sender_score", "the sender looks random"),
    score_setting<&Scores::rhsbl_penalty_score>("rhsbl_penalty_score",
                                                "added for a suspect sender on an rhsbl"),
    score_setting<&Scores::enforce_dyndns_score>("enforce_dyndns_score",
                                                 "added for a HELO that looks like a dial-up line"),
};

} // namespace weight
