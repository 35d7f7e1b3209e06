// What the weight asks of the DNS and what it has been told. Values only: asking is the resolver's.
#pragma once

#include "system/address.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace weight {

// The numbers of RFC 1035 and RFC 3596.
enum class Type : std::uint16_t { a = 1, ptr = 12, mx = 15, aaaa = 28 };

struct Question {
    std::string name; // without a final dot, in lower case
    Type type = Type::a;

    friend bool operator==(const Question&, const Question&) = default;
    friend bool operator<(const Question& one, const Question& other) {
        return std::tie(one.name, one.type) < std::tie(other.name, other.type);
    }
};

// A name that does not exist is an answer with nothing in it.
struct Answer {
    bool failed = false; // no answer, or one that says neither yes nor no (SERVFAIL, REFUSED, …)
    std::vector<sys::Address> addresses{};
    std::vector<std::string> names{}; // of MX hosts or PTR, in lower case, in the order of the answer
};

using Answers = std::map<Question, Answer>;

} // namespace weight
