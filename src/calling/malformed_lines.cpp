#include "calling/malformed_lines.hpp"

namespace calling {

void MalformedLines::limit(Answer& answer) {
    constexpr std::chrono::minutes pause{1};
    if (!answer.is_malformed) {
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (last_ && now - *last_ < pause) {
        ++untold_;
        answer.log.clear();
        return;
    }
    last_ = now;
    tell_of_others(answer.log);
}

void MalformedLines::tell_of_others(std::vector<protocol::LogLine>& lines) {
    if (untold_ > 0) {
        lines.push_back({protocol::LogLine::Level::warning,
                         "malformed requests without a line: " + std::to_string(untold_)});
        untold_ = 0;
    }
}

} // namespace calling
