// Do the sender's domain and the HELO name belong together? And a HELO in numbers.
#include "system/text.hpp"
#include "weight/looks.hpp"
#include "weight/names.hpp"
#include "weight/number.hpp"
#include "weight/weighing.hpp"

namespace weight {

namespace {

// The names in the form in which they are looked for in each other: between dots.
struct Forms {
    std::string sender;
    std::string helo;
    std::string helo_domain;
};

std::string between_dots(std::string_view name) {
    return std::string(".").append(name).append(".");
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Forms forms_of(const Weighing& weighing) {
    // A sender without `@` is all domain here.
    const bool has_domain = contains(weighing.sender, "@");
    const std::string_view helo = private_part(weighing.helo);
    return {between_dots(owner_label(has_domain ? weighing.domain : std::string_view(weighing.sender))),
            between_dots(helo), between_dots(helo.substr(helo.rfind('.') + 1))};
}

bool contain_each_other(const Forms& forms) {
    return contains(forms.helo, forms.sender) || contains(forms.sender, forms.helo);
}

double squared(double score) {
    return score * score;
}

void match_verified(Weighing& weighing, const Forms& forms) {
    const Score& score = weighing.settings.scores.from_match_regex_verified_helo;
    if (contain_each_other(forms) || contains(weighing.sender_mx_names, forms.helo_domain) ||
        weighing.is_sender_address(weighing.subject.client)) {
        weighing.add("FROM/MX_MATCHES_HELO(DOMAIN)", score.miss);
        return;
    }
    weighing.add("FROM/MX_MATCHES_NOT_HELO(DOMAIN)",
                 rounded(score.hit + weighing.list_score / 4 + squared(weighing.bogus_mx_score) +
                         weighing.numeric_score));
    weighing.wants_relay_check = true;
}

void match_client_name(Weighing& weighing) {
    weighing.add("CL_HOSTNAME_MATCHES_FROM(DOMAIN)", weighing.settings.scores.helo_ip_in_client_subnet.miss);
    weighing.helo_state = Helo::verified;
    weighing.wants_reverse_check = false;
    weighing.wants_relay_check = false;
    weighing.helo_is_likely = false;
}

void match_likely(Weighing& weighing, const Forms& forms) {
    const Score& score = weighing.settings.scores.from_match_regex_unverified_helo;
    if (contain_each_other(forms) || contains(weighing.sender_mx_names, forms.helo_domain)) {
        weighing.add("FROM/MX_MATCHES_UNVR_HELO(DOMAIN)_OR_CL_NAME(DOMAIN)", score.miss);
        return;
    }
    weighing.add("FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)",
                 score.hit + weighing.list_score + squared(weighing.bogus_mx_score));
    weighing.wants_relay_check = true;
}

void match_failed(Weighing& weighing, const Forms& forms) {
    const double score = weighing.settings.scores.from_match_regex_failed_helo.hit;
    if (contain_each_other(forms)) {
        weighing.add("MAIL_SEEMS_FORGED", score);
    } else {
        weighing.add("FROM_NOT_FAILED_HELO(DOMAIN)", score + 0.5 + weighing.list_score);
    }
}

} // namespace

Opinion check_numeric_helo(Weighing& weighing) {
    if (is_numeric(weighing.subject.helo)) {
        const double score = weighing.settings.scores.helo_numeric_score.hit;
        weighing.numeric_score = rounded(score + score * weighing.list_score);
        weighing.add("HELO_NUMERIC", weighing.numeric_score);
    }
    return std::nullopt;
}

Opinion check_sender_against_helo(Weighing& weighing) {
    if (weighing.client_is_sender_mx) {
        return std::nullopt;
    }
    const Forms forms = forms_of(weighing);
    weighing.note("(check from: " + sys::log_value(forms.sender) + " - helo: " + sys::log_value(forms.helo) +
                  " - helo-domain: " + sys::log_value(forms.helo_domain) + ") ");
    if (weighing.helo_state == Helo::verified) {
        match_verified(weighing, forms);
    } else if (contains(weighing.subject.client_name, forms.sender) && !weighing.helo_is_literal) {
        match_client_name(weighing);
    } else if (weighing.helo_is_likely && !weighing.helo_is_literal) {
        match_likely(weighing, forms);
    } else {
        match_failed(weighing, forms);
    }
    return std::nullopt;
}

} // namespace weight
