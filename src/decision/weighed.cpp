#include "decision/weighed.hpp"

#include "protocol/log_line.hpp"
#include "rules/expression.hpp"
#include "system/last_word.hpp"
#include "system/text.hpp"
#include "weight/number.hpp"

#include <algorithm>

namespace decision {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long the DNS may take now.
weight::Patience patience() {
    weight::Patience patience;
    if (const auto left = sys::last_word::time_left()) {
        patience.lists = std::min(patience.lists, std::chrono::floor<milliseconds>(*left * 3 / 4));
    }
    return patience;
}

} // namespace

weight::Subject weighed_subject(const protocol::Request& request) {
    return {
        .client = *request.client_address,
        .client_name = sys::lower_case(request.client_name),
        .helo = sys::lower_case(request.helo_name),
        .sender = sys::lower_case(request.sender),
        .recipient = sys::lower_case(request.recipient),
        .instance = std::string{request.instance},
    };
}

weight::Known known_of(const protocol::Request& request, const weight::Settings& settings) {
    weight::Known known;
    unsigned number = 0;
    for (const std::string& pattern : settings.lists_only_clients) {
        ++number;
        if (rules::ask_expression(pattern, request.client_name) == rules::Answer::matches) {
            known.lists_only = number;
            return known;
        }
    }
    return known;
}

Weighed weigh_now(const weight::Settings& weight, const weight::Subject& subject,
                  const weight::Known& known) {
    const auto start = steady_clock::now();
    weight::Resolver resolver{weight.nameservers};
    Weighed weighed{weigh_by_dns(subject, weight, known, resolver, patience()), resolver.answers()};
    weighed.dns_time = std::chrono::round<milliseconds>(steady_clock::now() - start);
    return weighed;
}

std::string weighed_line(const Weighed& weighed, const weight::Subject& subject) {
    return "weighted check: rate: " + weight::printed(weighed.verdict.rate) +
           "; <to=" + sys::log_value(subject.recipient) +
           "> <from=" + sys::log_value(weight::without_extension(subject.sender)) +
           "> <client=" + protocol::logged_client(subject.client_name, weight::full_text(subject.client)) +
           "> <helo=" + sys::log_value(subject.helo) + ">; dns: " + std::to_string(weighed.dns_time.count()) +
           " ms;" + weighed.verdict.tokens();
}

} // namespace decision
