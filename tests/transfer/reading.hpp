// Reads text as a format, for tests.
#pragma once

#include "transfer/format.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace transfer {

constexpr Time now{Seconds{1'800'000'000}};

inline Time at(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

struct Result {
    std::vector<Record> records;
    std::map<std::size_t, std::string> complaints;
    std::size_t understood = 0; // lines

    [[nodiscard]] std::vector<std::string> keys(Kind kind = Kind::triplet) const {
        std::vector<std::string> texts;
        for (const Record& record : records) {
            if (record.key.kind == kind) {
                texts.push_back(record.key.text);
            }
        }
        return texts;
    }
};

inline Result read(std::string_view format, const std::string& text, const Home& home = {{}, {}, now}) {
    Result result;
    const auto reader =
        reader_of(format, home,
                  {[&](Record record) { result.records.push_back(std::move(record)); },
                   [&](std::size_t line, std::string_view why) { result.complaints[line] = why; }});
    std::istringstream lines(text);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        result.understood += reader->take(line, number) ? 1 : 0;
    }
    reader->finish();
    return result;
}

} // namespace transfer
