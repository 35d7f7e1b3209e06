// The checks by DNS lists: of the client's address (to block or to allow), and of the sender's domain.
#include "system/text.hpp"
#include "weight/names.hpp"
#include "weight/number.hpp"
#include "weight/score.hpp"
#include "weight/weighing.hpp"

namespace weight {

namespace {

constexpr std::string_view dynamic = "dyn"; // in the name of a list of dial-up lines

std::string lookup(std::string_view name, const Answer& answer) {
    std::string text = std::string("A ").append(name).append(":");
    for (const sys::Address& address : answer.addresses) {
        text.append(" ").append(address.text());
    }
    return text.append(answer.failed ? " failed" : answer.addresses.empty() ? " none" : "");
}

bool is_dynamic(std::string_view list_name) {
    return sys::lower_case(list_name).find(dynamic) != std::string::npos;
}

// A list that could not say counts as not listed, under a token of its own.
void add_unsaid(Weighing& weighing, const List& list, std::string_view why, std::string because) {
    weighing.rate += list.miss;
    weighing.verdict.findings.push_back(
        {std::string(list.name).append("=").append(why).append("(").append(printed(list.miss)).append(")"),
         list.miss, std::move(because)});
}

void add_miss(Weighing& weighing, const List& list, std::string because) {
    if (list.miss != 0 || !weighing.settings.logs_only_scoring_lists) {
        weighing.add("NOT_IN_" + list.name, list.miss, std::move(because));
    }
}

// What the list says of the client: none if it was not asked or did not answer, which is then accounted for.
struct Looked {
    Listing listing;
    std::string because;
};
std::optional<Looked> look_at(Weighing& weighing, const List& list) {
    if (weighing.known.dead_lists.contains(list.zone)) {
        weighing.count_list(list, ListNews::Kind::skipped);
        add_unsaid(weighing, list, "SKIP", {});
        return std::nullopt;
    }
    const std::string name = listed_name(weighing.subject.client, list.zone);
    const Answer& answer = weighing.ask_list(name);
    const Listing listing = judge(list, answer.addresses);
    if (answer.failed || listing.kind == Listing::Kind::failed) {
        weighing.count_list(list, ListNews::Kind::failed);
        add_unsaid(weighing, list, "ERR", lookup(name, answer));
        return std::nullopt;
    }
    weighing.count_list(list, ListNews::Kind::answered);
    return Looked{listing, lookup(name, answer)};
}

bool is_over_limits(const Weighing& weighing) {
    const ListLimits& limits = weighing.settings.list_limits;
    return weighing.list_hits > limits.hits || weighing.list_score > limits.score;
}

Verdict too_many_lists(Weighing& weighing) {
    Verdict& verdict = weighing.verdict;
    verdict.kind = Verdict::Kind::refused;
    verdict.text = weighing.settings.list_limits.text;
    verdict.rate = weighing.rate;
    verdict.is_full = true;
    verdict.is_weighed = true;
    verdict.is_over_list_limits = true;
    verdict.is_for_message = true;
    if (!is_temporary(verdict.text)) {
        verdict.spam = Verdict::Spam::client;
        verdict.spam_score = weighing.list_score;
    }
    return verdict;
}

Opinion check_block_list(Weighing& weighing, const List& list) {
    std::optional<Looked> looked = look_at(weighing, list);
    if (!looked) {
        return std::nullopt;
    }
    if (looked->listing.kind != Listing::Kind::listed) {
        add_miss(weighing, list, std::move(looked->because));
        return std::nullopt;
    }
    const double score = looked->listing.score;
    weighing.add("IN_" + list.name, score, std::move(looked->because));
    weighing.list_score += score;
    weighing.client_seems_dialup = weighing.client_seems_dialup || is_dynamic(list.name);
    if (score <= 0) {
        return std::nullopt;
    }
    ++weighing.list_hits;
    return is_over_limits(weighing) ? Opinion(too_many_lists(weighing)) : std::nullopt;
}

double domain_penalty(const Weighing& weighing) {
    const bool is_suspect =
        weighing.wants_relay_check || weighing.helo_is_likely || weighing.sender_mx_is_bogus;
    return weighing.random_penalty + (is_suspect ? weighing.settings.scores.rhsbl_penalty_score.hit : 0);
}

void check_domain_list(Weighing& weighing, const List& list, const std::string& name, double penalty) {
    const Answer& answer = weighing.ask_list(name);
    const Listing listing = judge(list, answer.addresses);
    if (answer.failed || listing.kind == Listing::Kind::failed) {
        weighing.count_list(list, ListNews::Kind::failed);
        return;
    }
    weighing.count_list(list, ListNews::Kind::answered);
    if (listing.kind == Listing::Kind::listed) {
        weighing.add("IN_" + list.name, rounded(listing.score + penalty + weighing.list_score / 2),
                     lookup(name, answer));
        weighing.rate = rounded(weighing.rate);
        weighing.listed_domain_text += "; in " + list.zone;
    }
}

} // namespace

Opinion check_block_lists(Weighing& weighing) {
    for (const List& list : weighing.settings.lists.dnsbl) {
        if (Opinion opinion = check_block_list(weighing, list)) {
            return opinion;
        }
    }
    return std::nullopt;
}

Opinion check_allow_lists(Weighing& weighing) {
    for (const List& list : weighing.settings.lists.dnswl) {
        std::optional<Looked> looked = look_at(weighing, list);
        if (!looked) {
            continue;
        }
        if (looked->listing.kind != Listing::Kind::listed) {
            add_miss(weighing, list, std::move(looked->because));
            continue;
        }
        weighing.add("IN_" + list.name, looked->listing.score, std::move(looked->because));
        weighing.verdict.is_listed_good = weighing.verdict.is_listed_good || looked->listing.score < 0;
    }
    return std::nullopt;
}

Opinion stop_after_lists(Weighing& weighing) {
    if (weighing.has_too_many_errors() && !weighing.is_refused()) {
        return weighing.no_rate();
    }
    Verdict& verdict = weighing.verdict;
    const std::string tokens = " " + verdict.tokens();
    if (weighing.settings.lists_only || weighing.known.lists_only) {
        verdict.rate = weighing.rate;
        verdict.is_weighed = true;
        verdict.text =
            tokens + (weighing.settings.lists_only ? " (only DNSBL check requested)"
                                                   : " (only DNSBL check requested (regex-nr: " +
                                                         std::to_string(*weighing.known.lists_only) + "))");
        return verdict;
    }
    if (weighing.known.earlier_rate && weighing.list_hits == 0) {
        verdict.text =
            " " + weighing.settings.texts.remembered_ham + "; rate: " + *weighing.known.earlier_rate;
        verdict.is_for_message = true;
        return verdict;
    }
    return std::nullopt;
}

Opinion check_domain_lists(Weighing& weighing) {
    if (weighing.is_refused()) {
        return std::nullopt;
    }
    const double penalty = domain_penalty(weighing);
    for (const List& list : weighing.settings.lists.rhsbl) {
        const std::string name = listed_domain_name(weighing.sender, list.zone);
        if (name.empty()) {
            continue;
        }
        if (weighing.known.dead_lists.contains(list.zone)) {
            weighing.count_list(list, ListNews::Kind::skipped);
            continue;
        }
        check_domain_list(weighing, list, name, penalty);
    }
    return std::nullopt;
}

} // namespace weight
