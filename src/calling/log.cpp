#include "calling/log.hpp"

#include "system/standard_streams.hpp"
#include "system/system_log.hpp"

namespace calling {

namespace {

using protocol::LogLine;
using sys::LogPlace;

std::string line_of_system(const LogLine& line, const LogPlace& place) {
    const int severity = line.level == LogLine::Level::warning ? LOG_WARNING : LOG_INFO;
    return sys::SystemLog::line(place.program, place.facility | severity, protocol::as_logged(line));
}

std::string line_of_stream(const LogLine& line, const LogPlace& place) {
    return std::string{place.program} + ": " + protocol::as_logged(line) + "\n";
}

} // namespace

LogPlace log_place(LogTo where, int facility, int errors, int output) {
    LogPlace::Kind kind = LogPlace::Kind::nowhere;
    if (where != LogTo::none) {
        const bool is_stream = where == LogTo::stderr_stream && sys::leads_elsewhere(errors, output);
        kind = is_stream ? LogPlace::Kind::stream : LogPlace::Kind::system;
    }
    return {kind, "greyonce", facility, errors};
}

std::vector<std::string> composed(const std::vector<LogLine>& lines, const LogPlace& place) {
    std::vector<std::string> texts;
    if (place.kind == LogPlace::Kind::nowhere || lines.empty()) {
        return texts;
    }
    const bool is_system = place.kind == LogPlace::Kind::system;
    texts.reserve(lines.size());
    for (const LogLine& line : lines) {
        texts.push_back(is_system ? line_of_system(line, place) : line_of_stream(line, place));
    }
    return texts;
}

void send(const std::vector<std::string>& lines, const LogPlace& place) {
    if (lines.empty()) {
        return;
    }
    if (place.kind == LogPlace::Kind::system) {
        sys::SystemLog log;
        for (const std::string& line : lines) {
            log.send(line);
        }
        return;
    }
    for (const std::string& line : lines) {
        sys::write_all(place.stream, line);
    }
}

} // namespace calling
