// The client's own name in the DNS, and names that look like a dial-up line.
#include "weight/looks.hpp"
#include "weight/names.hpp"
#include "weight/weighing.hpp"

#include <algorithm>

namespace weight {

namespace {

bool is_of_a_pool(const std::string& host, std::string_view helo) {
    return names_a_pool(host) || embeds_an_address(helo);
}

// The first reverse name that says what the client is: a server (then it is not of a pool) or of a pool.
bool seems_dialup(const Weighing& weighing) {
    for (const std::string& host : weighing.reverse_names) {
        if (names_a_server(host)) {
            return false;
        }
        if (is_of_a_pool(host, weighing.helo)) {
            return true;
        }
    }
    return false;
}

// Compares the client's names with its HELO.
bool matches_helo(Weighing& weighing) {
    const double score = weighing.settings.scores.client_ip_eq_helo_score.miss;
    for (const std::string& host : weighing.reverse_names) {
        if (host == weighing.helo) {
            weighing.add("REV_IP_EQ_HELO", score, "PTR: " + host);
            return true;
        }
        if (shares_owner_label(weighing.helo, host) || shares_owner_label(host, weighing.helo)) {
            weighing.add("REV_IP_EQ_HELO_DOMAIN", score, "PTR: " + host);
            return true;
        }
    }
    return false;
}

std::string all_names(const std::vector<std::string>& names) {
    std::string text = "PTR:";
    for (const std::string& name : names) {
        text.append(" ").append(name);
    }
    return text.append(names.empty() ? " none" : "");
}

} // namespace

Opinion check_dialup_client(Weighing& weighing) {
    for (std::string name : weighing.ask(reverse_name(weighing.subject.client), Type::ptr).names) {
        weighing.reverse_names.push_back(std::move(name));
    }
    if (!weighing.client_seems_dialup && !weighing.client_is_mx && seems_dialup(weighing)) {
        const double score = weighing.settings.scores.client_seems_dialup_score.hit;
        weighing.client_seems_dialup = true;
        weighing.list_score += score;
        weighing.add("CL_SEEMS_DIALUP", score, all_names(weighing.reverse_names));
    }
    return std::nullopt;
}

Opinion check_reverse_name(Weighing& weighing) {
    const bool is_doubtful = weighing.helo_state != Helo::verified && !weighing.helo_is_likely;
    if (!is_doubtful && !weighing.wants_reverse_check) {
        return std::nullopt;
    }
    const bool matches = matches_helo(weighing);
    if (weighing.reverse_names.empty() && !weighing.dns_has_answered) {
        weighing.add("NO_DNS_RECORDS", 0.5, all_names({}));
        weighing.nothing_in_dns = true;
    }
    if (!matches && !weighing.helo_is_literal) {
        weighing.add("RESOLVED_IP_IS_NOT_HELO", weighing.settings.scores.client_ip_eq_helo_score.hit,
                     all_names(weighing.reverse_names));
    } else {
        const std::string& name = weighing.subject.client_name;
        weighing.helo_is_likely = name.empty() || name == "unknown";
    }
    return std::nullopt;
}

Opinion check_dialup_helo(Weighing& weighing) {
    const Scores& scores = weighing.settings.scores;
    const std::string_view helo = weighing.helo;
    const bool is_said_already = scores.enforce_dyndns_score.hit == 0 && weighing.client_seems_dialup;
    if (is_said_already || weighing.client_is_mx || weighing.client_is_sender_host || names_a_server(helo) ||
        !(names_a_pool(helo) || embeds_an_address(helo))) {
        return std::nullopt;
    }
    weighing.dialup_text = "; Please use DynDNS";
    if (weighing.helo_state == Helo::verified) {
        weighing.add("HELO_SEEMS_DIALUP", scores.helo_seems_dialup.hit + scores.enforce_dyndns_score.hit);
    } else {
        weighing.add("NOK_HELO_SEEMS_DIALUP",
                     scores.failed_helo_seems_dialup.hit + scores.enforce_dyndns_score.hit);
    }
    return std::nullopt;
}

} // namespace weight
