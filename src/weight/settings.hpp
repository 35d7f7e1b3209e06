// What a client's weight is counted by: policyd-weight's settings, with its defaults.
#pragma once

#include "weight/list.hpp"
#include "weight/memory.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weight {

struct Score {
    double hit;
    double miss;
};

// Under policyd-weight's names; greyonce-weight(5) says which check uses which.
struct Scores {
    Score client_ip_eq_helo_score{1.5, -1.25};
    Score helo_score{1.5, -2};
    Score helo_from_mx_eq_ip_score{1.5, -3.1};
    Score helo_numeric_score{2.5, 0};
    Score from_match_regex_verified_helo{1, -2};
    Score from_match_regex_unverified_helo{1.6, -1.5};
    Score from_match_regex_failed_helo{2.5, 0};
    Score helo_seems_dialup{1.5, 0};
    Score failed_helo_seems_dialup{2, 0};
    Score helo_ip_in_client_subnet{0, -1.2};
    Score helo_ip_in_cl16_subnet{0, -0.41};
    Score client_seems_dialup_score{3.75, 0};
    Score from_multiparted{1.09, 0};
    Score from_anon{1.17, 0};
    Score bogus_mx_score{2.1, 0};
    Score random_sender_score{0.25, 0};
    Score rhsbl_penalty_score{3.1, 0};
    Score enforce_dyndns_score{3, 0};
};

struct Lists {
    std::vector<List> dnsbl{
        {"pbl.spamhaus.org", 3.25, 0, "DYN_PBL_SPAMHAUS"},
        {"sbl-xbl.spamhaus.org", 4.35, -1.5, "SBL_XBL_SPAMHAUS"},
        {"bl.spamcop.net", 3.75, -1.5, "SPAMCOP"},
    };
    std::vector<List> rhsbl{{"multi.surbl.org", 4, 0, "SURBL"}};
    std::vector<List> dnswl{};
    bool dnsbl_is_default = true; // a list of one's own takes the place of all these
    bool rhsbl_is_default = true;
};

// The limits of the lists: above either, the mail is refused at once.
struct ListLimits {
    unsigned hits = 2;
    double score = 8;
    std::string text{"550 Your MTA is listed in too many DNSBLs"};
};

// What is refused for now and not for good.
struct Deferring {
    std::vector<std::string> tokens{"IN_SPAMCOP=", "BOGUS_MX="}; // one of them was found,
    double level = 5;                                            // and the rate is below this
    std::string action{"450"};                                   // in place of the reject text's first word
};

struct Texts {
    std::string reject{
        "550 Mail appeared to be SPAM or forged. Ask your Mail/DNS-Administrator to correct HELO "
        "and DNS MX settings or to get removed from DNSBLs"};
    std::string no_dns_entries{
        "450 No DNS entries for your MTA, HELO and Domain. Contact YOUR administrator"};
    std::string too_many_errors{"passed - too many local DNS-errors"};
    std::string remembered_spam; // empty: the reject text and " [cached]"
    std::string remembered_ham{"using cached result"};
};

struct Settings {
    bool is_on = false;
    Scores scores;
    Lists lists;
    ListLimits list_limits;
    Deferring deferring;
    Texts texts;
    MemoryRule memory;
    ListRule list_rule;
    double reject_level = 1;
    // From here on a mail that is not refused is greylisted; none: all of them are.
    std::optional<double> greylist_level;
    std::string header{"X-policyd-weight"};        // empty: none
    std::vector<std::string> nameservers;          // none: those of /etc/resolv.conf
    unsigned max_dns_errors = 3;                   // of lists: so many, and there is no rate
    bool lists_only = false;                       // for every client
    std::vector<std::string> lists_only_clients{}; // patterns of client names, for these
    bool logs_only_scoring_lists = true;           // a miss that scores nothing leaves no token
    bool ignores_private_addresses = false;        // A records of a sender's domain
};

} // namespace weight
