// Records and figures as an administrator reads them, or a program: lines of text, JSON, the text format of
// Prometheus. Pure.
#pragma once

#include "greylist/record.hpp"
#include "greylist/rule.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace greylist {

// What a record means at `now`: passed, pending:340s (since its first attempt), whitelisted, counting (a
// client on its way there), header, or forgotten.
std::string state_of(const Record& record, Time now, const Rule& rule);

// triplet pending:340s 2026-11-21T20:00:00Z 2026-11-21T20:00:00Z 0 192.0.2.0 alice@example.net
// bob@example.org
std::string text_line(const Record& record, Time now, const Rule& rule);
// The record's line in the file, with what cannot be seen escaped, as an older version left it as it came.
std::string exported_line(const Record& record);
// One object, with whole seconds for times.
std::string json_line(const Record& record, Time now, const Rule& rule);

struct Figures {
    std::map<std::string_view, std::uint64_t> by_state{}; // by a state's label
    std::uint64_t forgotten = 0;                          // of any kind, not counted above
    std::uint64_t text_bytes = 0;                         // of the records' lines
    Time oldest = Time::max();                            // of the latest attempts, and of the next one too
    Time newest = Time::min();

    void count(const Record& record, Time now, const Rule& rule);
    [[nodiscard]] std::uint64_t records() const;
};

// What a store takes, in its own terms.
struct Measure {
    std::string_view label; // in the text
    std::string_view gauge; // greyonce_GAUGE, for Prometheus
    std::string_view help;
    std::uint64_t value = 0;
};
struct Extent {
    std::vector<Measure> measures{};
    std::uint64_t bytes = 0; // all of it
};

std::string text_of(const Figures& figures, const Extent& extent, Time now);
std::string prometheus_of(const Figures& figures, const Extent& extent, Time now);

} // namespace greylist
