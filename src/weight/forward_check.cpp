// Does a name that the client goes by lead back to it: MX and addresses of the sender's domain, then of the
// HELO name, and of their parents.
#include "weight/names.hpp"
#include "weight/weighing.hpp"

#include <algorithm>
#include <array>

namespace weight {

namespace {

enum class Side { sender, helo };

struct Search {
    Weighing& weighing;
    bool found = false;
    bool mx_is_bad = false;
    bool bad_mx_is_scored = false;
};

std::string_view token_part(Side side) {
    return side == Side::sender ? "FROM" : "HELO";
}

constexpr std::array address_types{Type::a, Type::aaaa};

bool has_no_good_address(const Weighing& weighing) {
    return weighing.sender_addresses.empty() || std::ranges::any_of(weighing.sender_addresses, is_private);
}

void add_equal(Search& search, Side side, std::string_view what, double score, std::string_view name) {
    Weighing& weighing = search.weighing;
    weighing.add(std::string("CL_IP_EQ_").append(token_part(side)).append(what), score,
                 std::string("A/AAAA ").append(name).append(": ").append(weighing.subject.client.text()));
    weighing.helo_state = Helo::verified;
    search.found = true;
}

void look_at_host(Search& search, Side side, const std::string& host, const Answer& answer) {
    Weighing& weighing = search.weighing;
    for (const sys::Address& address : answer.addresses) {
        if (side == Side::sender) {
            weighing.sender_mx_names.append(".").append(host).append(" ");
            weighing.sender_addresses.push_back(address);
        }
        weighing.all_addresses.push_back(address);
        if (address == weighing.subject.client) {
            add_equal(search, side, "_MX", weighing.settings.scores.helo_from_mx_eq_ip_score.miss, host);
            weighing.client_is_mx = true;
            weighing.client_is_sender_mx = side == Side::sender;
            return;
        }
    }
}

void check_hosts(Search& search, Side side, const std::vector<std::string>& hosts) {
    for (const std::string& host : hosts) {
        for (const Type type : address_types) {
            look_at_host(search, side, host, search.weighing.ask(host, type));
        }
        if (search.found) {
            return;
        }
    }
}

void look_at_own(Search& search, Side side, const std::string& name, const Answer& answer) {
    Weighing& weighing = search.weighing;
    for (const sys::Address& address : answer.addresses) {
        if (side == Side::sender && !(weighing.settings.ignores_private_addresses && is_private(address))) {
            weighing.sender_addresses.push_back(address);
        }
        weighing.all_addresses.push_back(address);
        if (address == weighing.subject.client) {
            add_equal(search, side, "_IP", weighing.settings.scores.helo_score.miss, name);
            search.mx_is_bad = false;
            weighing.client_is_sender_host = weighing.client_is_sender_host || side == Side::sender;
            return;
        }
    }
}

void check_own_addresses(Search& search, Side side, const std::string& name) {
    for (const Type type : address_types) {
        look_at_own(search, side, name, search.weighing.ask(name, type));
    }
}

void score_bad_mx(Search& search) {
    Weighing& weighing = search.weighing;
    const double score = weighing.settings.scores.bogus_mx_score.hit * weighing.list_score;
    if (search.mx_is_bad && !search.bad_mx_is_scored && score != 0) {
        weighing.add("BAD_MX", score);
        search.bad_mx_is_scored = true;
    }
}

void score_bogus_mx(Weighing& weighing) {
    if (weighing.sender_mx_is_bogus || !has_no_good_address(weighing)) {
        return;
    }
    weighing.bogus_mx_score = weighing.settings.scores.bogus_mx_score.hit + weighing.list_score;
    weighing.add("BOGUS_MX", weighing.bogus_mx_score);
    weighing.sender_mx_is_bogus = true;
}

// A public suffix counts as a name that has nothing: policyd-weight asks it, and finds nothing.
void check_name(Search& search, Side side, const std::string& name, bool is_public) {
    Weighing& weighing = search.weighing;
    if (!is_public) {
        check_hosts(search, side, weighing.ask(name, Type::mx).names);
    }
    weighing.dns_has_answered = true;
    search.mx_is_bad = search.mx_is_bad || (side == Side::sender && has_no_good_address(weighing));
    if (!search.found && !is_public) {
        check_own_addresses(search, side, name);
    }
    score_bad_mx(search);
    if (side == Side::sender) {
        score_bogus_mx(weighing);
    }
}

void check_side(Search& search, Side side, std::string_view whole) {
    for (const std::string& name : name_and_parents(whole)) {
        check_name(search, side, name, is_public_parent(name, whole));
        if (search.found) {
            return;
        }
    }
}

// A domain that is the client's IPv4 address. (In brackets it is not looked at: policyd-weight does not
// either.)
void look_at_numeric_domain(Search& search) {
    Weighing& weighing = search.weighing;
    const sys::Address& client = weighing.subject.client;
    if (client.bits() == 32 && sys::Address::parse(weighing.domain) == client) {
        weighing.sender_addresses.push_back(client);
        weighing.helo_state = Helo::verified;
        search.found = true;
    }
}

bool is_near(const Weighing& weighing, bool (*share)(const sys::Address&, const sys::Address&),
             std::size_t text_length) {
    const std::string network = full_text(weighing.subject.client).substr(0, text_length);
    return weighing.helo.starts_with(network) ||
           std::ranges::any_of(weighing.all_addresses,
                               [&](const auto& address) { return share(address, weighing.subject.client); });
}

// The length of the client's network as text, up to and with the dot or colon behind `groups` of its groups.
std::size_t network_length(const Weighing& weighing, int groups) {
    const std::string text = full_text(weighing.subject.client);
    std::size_t length = 0;
    for (int i = 0; i < groups; ++i) {
        length = text.find_first_of(".:", length) + 1;
    }
    return length;
}

} // namespace

Opinion check_names(Weighing& weighing) {
    Search search{weighing};
    look_at_numeric_domain(search);
    check_side(search, Side::sender, weighing.domain);
    if (!search.found) {
        check_side(search, Side::helo, weighing.helo);
    }
    weighing.client_is_found = search.found;
    return std::nullopt;
}

Opinion check_helo_address(Weighing& weighing) {
    const Scores& scores = weighing.settings.scores;
    const bool is_ipv4 = weighing.subject.client.bits() == 32;
    if (weighing.client_is_found) {
        return std::nullopt;
    }
    if (!weighing.dns_has_answered) {
        weighing.add("NO_MX_A_RECS_FOUND", scores.helo_score.hit - 0.1);
        weighing.helo_state = Helo::failed;
    } else if (is_near(weighing, share_near_network, network_length(weighing, is_ipv4 ? 3 : 4))) {
        weighing.add("HELO_IP_IN_CL_SUBNET", scores.helo_ip_in_client_subnet.miss);
        weighing.helo_state = Helo::verified;
    } else if (is_near(weighing, share_far_network, network_length(weighing, is_ipv4 ? 2 : 3))) {
        weighing.add("HELO_IP_IN_CL16_SUBNET", scores.helo_ip_in_cl16_subnet.miss);
        weighing.helo_is_likely = true;
        weighing.wants_reverse_check = true;
    } else if (weighing.helo_state != Helo::verified && !weighing.helo_is_literal) {
        weighing.add("CL_IP_NE_HELO", scores.helo_score.hit + weighing.list_score);
        weighing.helo_state = Helo::failed;
    }
    return std::nullopt;
}

} // namespace weight
