// What the weight says of a mail, and what of it is worth remembering.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weight {

// One thing that was found: its token in the log and the header, what it scored, and what was looked up for
// it.
struct Finding {
    std::string token; // "CL_IP_NE_HELO=1.5"
    double score = 0;
    std::string because; // "A mail.example.org: 192.0.2.1"; empty where nothing was looked up
};

// A DNS list that was looked at.
struct ListNews {
    enum class Kind { answered, failed, skipped };
    std::string zone;
    Kind kind;
};

struct Verdict {
    enum class Kind {
        exempt,  // not weighed: mail that everybody may send
        passes,  // `text` goes into the header
        refused, // `text` is the action
    };
    // What becomes a verdict of spam, and for whom.
    enum class Spam { no, client, client_and_sender };

    Kind kind = Kind::passes;
    std::string text;
    double rate = 0;
    std::vector<Finding> findings;
    std::vector<ListNews> lists;
    bool is_weighed = false; // `rate` is one
    bool is_over_list_limits = false;
    bool is_full = false;        // every check was made, or the lists alone were enough
    bool is_for_message = false; // holds for the other recipients of the message
    bool is_ham = false;         // holds for the client and the sender's domain
    bool is_listed_good = false; // an allow list vouches for the client
    Spam spam = Spam::no;
    double spam_score = 0;

    // All tokens as they are logged, each with a blank before it.
    [[nodiscard]] std::string tokens() const;
};

// Does the action only put the mail off (4xx, DEFER…)? Such a
// verdict is none of spam.
bool is_temporary(std::string_view action);

} // namespace weight
