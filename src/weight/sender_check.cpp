// The sender's own look, and whether the client sends for it.
#include "weight/looks.hpp"
#include "weight/weighing.hpp"

#include <algorithm>

namespace weight {

Opinion check_nobody(Weighing& weighing) {
    if (is_nobody(weighing.sender)) {
        weighing.add("FROM_NBDY_ANON",
                     weighing.settings.scores.from_anon.hit + weighing.list_score + weighing.numeric_score);
    }
    return std::nullopt;
}

// A listed client whose HELO has nothing to do with the sender: does it at least send for the sender's
// domain?
Opinion check_relay(Weighing& weighing) {
    if (weighing.client_is_mx || !weighing.wants_relay_check || weighing.list_hits == 0 ||
        weighing.helo_is_literal || weighing.is_sender_address(weighing.subject.client)) {
        return std::nullopt;
    }
    const double score = weighing.settings.scores.helo_from_mx_eq_ip_score.hit + weighing.list_score;
    weighing.relay_text = std::string("; please relay via your ISP (").append(weighing.domain).append(")");
    weighing.add("CLIENT_NOT_MX/A_FROM_DOMAIN", score);
    const bool is_near = std::ranges::any_of(weighing.sender_addresses, [&](const sys::Address& address) {
        return share_near_network(address, weighing.subject.client);
    });
    if (!is_near) {
        weighing.add("CLIENT/24_NOT_MX/A_FROM_DOMAIN", score);
    }
    return std::nullopt;
}

Opinion check_sender_parts(Weighing& weighing) {
    const std::size_t at = weighing.sender.find('@');
    const bool has_parts =
        at != std::string::npos && std::count(weighing.sender.begin() + static_cast<std::ptrdiff_t>(at),
                                              weighing.sender.end(), '.') >= 2;
    if (has_parts && weighing.helo_state == Helo::unknown && !weighing.client_is_mx &&
        weighing.rate < weighing.settings.reject_level) {
        weighing.add("FROM_MULTIPARTED", weighing.settings.scores.from_multiparted.hit + weighing.list_score);
    }
    return std::nullopt;
}

Opinion check_random_sender(Weighing& weighing) {
    const double score = weighing.settings.scores.random_sender_score.hit;
    if (weighing.rate < weighing.settings.reject_level && is_random(weighing.sender)) {
        weighing.add("RANDOM_SENDER", weighing.list_score + weighing.list_score * score + score);
        weighing.random_penalty = weighing.settings.scores.rhsbl_penalty_score.hit * score;
    }
    return std::nullopt;
}

} // namespace weight
