// One DNS list: its line in the configuration, and what its answer means (RFC 5782).
#pragma once

#include "system/address.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weight {

// Answers that count, `127.0.0.[2..8]` or `127.0.0.[2;4..8]`, and their own score, if any: `127.0.0.2=4.5`.
struct ListAnswers {
    struct Range {
        std::uint8_t first;
        std::uint8_t last;
    };
    std::array<std::vector<Range>, 4> octets;
    std::optional<double> score;
};

struct List {
    std::string zone;
    double hit = 0;
    double miss = 0;
    std::string name; // in the log: IN_name, NOT_IN_name
    std::vector<ListAnswers> answers{};
};

// Reads `ZONE HIT MISS NAME [ANSWERS[=SCORE]]…`, blanks between. Throws settings::WrongValue.
List parse_list(std::string_view line);

struct Listing {
    enum class Kind {
        absent, // not listed
        listed,
        failed, // the list says that it cannot say (127.255.255.0/24)
    };
    Kind kind = Kind::absent;
    double score = 0; // of the weightiest of its answers, where listed
};

// Only 127.0.0.0/8 lists; 127.0.0.1 never does: it is what a resolver or a parked domain that answers
// everything says.
Listing judge(const List& list, const std::vector<sys::Address>& answers);

} // namespace weight
