// A request weighed by the DNS: what the step that decides and the explanation have in common.
#pragma once

#include "protocol/request.hpp"
#include "weight/lookup.hpp"

#include <chrono>
#include <string>

namespace decision {

weight::Subject weighed_subject(const protocol::Request& request);

// What the request itself says: whether the client's name is one for which the lists alone are asked.
weight::Known known_of(const protocol::Request& request, const weight::Settings& settings);

struct Weighed {
    weight::Verdict verdict;
    weight::Answers answers;
    std::chrono::milliseconds dns_time{};
};
// Takes three quarters at most of what is left until the deadline: the greylist, which decides where the DNS
// could not, needs the rest. Throws sys::Trouble where the DNS cannot be asked at all.
Weighed weigh_now(const weight::Settings& weight, const weight::Subject& subject, const weight::Known& known);

// The line of a full verdict in the log: what policyd-weight says in its own, with what may be long last.
std::string weighed_line(const Weighed& weighed, const weight::Subject& subject);

} // namespace decision
