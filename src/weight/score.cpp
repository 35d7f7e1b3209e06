#include "weight/score.hpp"

#include "weight/number.hpp"

#include <algorithm>
#include <array>

namespace weight {

namespace {

bool has_deferring_token(const Weighing& weighing) {
    const std::string tokens = weighing.verdict.tokens();
    return std::ranges::any_of(weighing.settings.deferring.tokens, [&](const std::string& token) {
        return tokens.find(" " + token) != std::string::npos;
    });
}

Verdict no_dns_entries(Weighing& weighing) {
    Verdict& verdict = weighing.verdict;
    verdict.kind = Verdict::Kind::refused;
    verdict.text = weighing.settings.texts.no_dns_entries + " Your HELO: " + weighing.subject.helo +
                   ", IP: " + full_text(weighing.subject.client);
    return verdict;
}

std::string mismatch_text(const Weighing& weighing) {
    if (weighing.helo_state == Helo::verified || weighing.helo_is_likely) {
        return {};
    }
    return "; MTA helo: " + weighing.subject.helo + ", MTA hostname: " + weighing.subject.client_name + "[" +
           full_text(weighing.subject.client) + "] (helo/hostname mismatch)";
}

Verdict::Spam spam_of(const Weighing& weighing) {
    const bool is_the_client =
        weighing.list_hits > 0 || weighing.client_seems_dialup || weighing.helo_state != Helo::verified;
    return is_the_client ? Verdict::Spam::client : Verdict::Spam::client_and_sender;
}

Verdict refuse(Weighing& weighing) {
    Verdict& verdict = weighing.verdict;
    const Settings& settings = weighing.settings;
    const bool defers = weighing.rate < settings.deferring.level && has_deferring_token(weighing);
    const std::string base = defers ? deferred_text(settings) : settings.texts.reject;
    verdict.kind = Verdict::Kind::refused;
    verdict.text = base + mismatch_text(weighing) + weighing.listed_domain_text + weighing.relay_text +
                   weighing.dialup_text;
    verdict.is_for_message = true;
    if (!defers && !is_temporary(base)) {
        verdict.spam = spam_of(weighing);
        verdict.spam_score = weighing.rate;
    }
    return verdict;
}

Verdict pass(Weighing& weighing) {
    Verdict& verdict = weighing.verdict;
    verdict.text = " " + verdict.tokens() + "; rate: " + printed(weighing.rate);
    verdict.is_for_message = true;
    verdict.is_ham = weighing.list_hits == 0;
    return verdict;
}

Opinion finish(Weighing& weighing) {
    weighing.rate = rounded(weighing.rate);
    if ((weighing.has_too_many_errors() && !weighing.is_refused()) || weighing.dns_is_away()) {
        return weighing.no_rate();
    }
    weighing.verdict.rate = weighing.rate;
    weighing.verdict.is_full = true;
    weighing.verdict.is_weighed = true;
    if (weighing.nothing_in_dns && weighing.list_hits < 2) {
        return no_dns_entries(weighing);
    }
    return weighing.is_refused() ? refuse(weighing) : pass(weighing);
}

constexpr std::array checks = {
    check_block_lists,
    check_allow_lists,
    stop_after_lists,
    check_names,
    check_helo_address,
    check_numeric_helo,
    check_sender_against_helo,
    check_dialup_client,
    check_reverse_name,
    check_dialup_helo,
    check_nobody,
    check_relay,
    check_sender_parts,
    check_random_sender,
    check_domain_lists,
    finish,
};

} // namespace

std::optional<Verdict> weigh(const Subject& subject, const Settings& settings, const Known& known,
                             const Answers& answers) {
    Weighing weighing{subject, settings, known, answers};
    for (const auto check : checks) {
        if (const Opinion opinion = check(weighing)) {
            return weighing.is_complete ? opinion : std::nullopt;
        }
    }
    return std::nullopt; // finish() has always an opinion
}

std::string deferred_text(const Settings& settings) {
    const std::string& text = settings.texts.reject;
    const std::size_t blank = text.find(' ');
    return blank == std::string::npos ? text : settings.deferring.action + text.substr(blank);
}

std::optional<Verdict> exemption(const Subject& subject) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::exempt;
    if (subject.sender.empty()) {
        verdict.text = "NULL (<>) Sender";
        return verdict;
    }
    if (subject.recipient.starts_with("postmaster@") || subject.recipient.starts_with("abuse@")) {
        verdict.text = "mail for " + subject.recipient;
        return verdict;
    }
    return std::nullopt;
}

} // namespace weight
