#include "greylist/report.hpp"

#include "system/text.hpp"

#include <array>
#include <ctime>

namespace greylist {

namespace {

std::string number(Time time) {
    return std::to_string(time.time_since_epoch().count());
}

std::string date(Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    std::array<char, 64> text{};
    gmtime_r(&seconds, &parts);
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

bool is_pending(const Record& record, Time now, const Rule& rule) {
    return record.key.kind == Kind::triplet && !has_passed(record, rule) && !is_forgotten(record, now, rule);
}

// RFC 8259. What is stored may be any bytes: it is cleaned to UTF-8 first.
std::string json_string(std::string_view text) {
    std::string result{'"'};
    for (const char c : sys::cleaned(text)) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

std::string member(std::string_view name, std::string_view value) {
    return ',' + json_string(name) + ':' + std::string{value};
}

std::string ratio(std::uint64_t part, std::uint64_t whole) {
    std::array<char, 32> text{};
    const double value = whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    const int length = std::snprintf(text.data(), text.size(), "%.3f", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

std::string_view name_of(Kind kind) {
    switch (kind) {
    case Kind::triplet:
        return "triplet";
    case Kind::client:
        return "client";
    case Kind::instance:
        return "instance";
    case Kind::weight:
        return "weight";
    }
    return "unknown";
}

std::string state_of(const Record& record, Time now, const Rule& rule) {
    if (is_forgotten(record, now, rule)) {
        return "forgotten";
    }
    switch (record.key.kind) {
    case Kind::triplet:
        return has_passed(record, rule)
                   ? "passed"
                   : "pending:" + std::to_string((now - as_of(record, now).first).count()) + 's';
    case Kind::client:
        return is_auto_whitelisted(record, rule) ? "whitelisted" : "counting";
    case Kind::instance:
        return "header";
    case Kind::weight:
        return "remembered";
    }
    return "unknown";
}

std::string text_line(const Record& record, Time now, const Rule& rule) {
    return std::string{name_of(record.key.kind)} + ' ' + state_of(record, now, rule) + ' ' +
           date(record.first) + ' ' + date(record.last) + ' ' + std::to_string(record.count) + ' ' +
           sys::cleaned(record.key.text) + '\n';
}

std::string exported_line(const Record& record) {
    std::string line = line_of(record);
    if (sys::is_plain(line)) {
        return line + '\n';
    }
    Record shown = record;
    shown.key.text = clean_text(record.key);
    return line_of(shown) + '\n';
}

std::string json_line(const Record& record, Time now, const Rule& rule) {
    const std::string state = state_of(record, now, rule);
    std::string line = "{\"kind\":" + json_string(name_of(record.key.kind));
    line += member("state", json_string(std::string_view{state}.substr(0, state.find(':'))));
    if (is_pending(record, now, rule)) {
        const Seconds waited = now - as_of(record, now).first;
        line += member("pending_seconds", std::to_string(waited.count()));
        line += member("missing_seconds", std::to_string(std::max(Seconds{0}, rule.delay - waited).count()));
    }
    line += member("first", number(record.first)) + member("last", number(record.last));
    line += member("count", std::to_string(record.count));
    const auto fields = fields_of(record.key);
    if (record.key.kind == Kind::weight) {
        line += member("score_ten_thousandths", std::to_string(record.score)) +
                member("until", number(record.until)) + member("key", json_string(clean_text(record.key)));
    } else if (record.key.kind == Kind::instance) {
        line += member("instance", json_string(fields[0]));
    } else if (record.key.kind == Kind::client) {
        line += member("client", json_string(fields[0]));
    } else if (fields.size() == 3) {
        line += member("client", json_string(fields[0])) + member("sender", json_string(fields[1])) +
                member("recipient", json_string(fields[2]));
    } else {
        line += member("hash", json_string(fields[0]));
    }
    return line + "}\n";
}

void Figures::count(const Record& record, Time now, const Rule& rule) {
    text_bytes += line_of(record).size() + 1;
    oldest = std::min(oldest, record.last);
    newest = std::max(newest, record.last);
    if (is_forgotten(record, now, rule)) {
        ++forgotten;
    } else if (record.key.kind == Kind::weight) {
        ++weights;
    } else if (record.key.kind == Kind::instance) {
        ++headers;
    } else if (record.key.kind == Kind::client) {
        ++(is_auto_whitelisted(record, rule) ? whitelisted : counting);
    } else {
        ++(has_passed(record, rule) ? passed : pending);
    }
}

std::uint64_t Figures::records() const {
    return pending + passed + counting + whitelisted + headers + weights + forgotten;
}

std::string text_of(const Figures& figures, const Extent& extent, Time now) {
    const auto line = [](std::string_view name, const std::string& value) {
        return std::string{name}.append(28 - name.size(), ' ') + value + '\n';
    };
    const auto count = [&](std::string_view name, std::uint64_t value) {
        return line(name, std::to_string(value));
    };
    std::string text =
        count("records", figures.records()) + count("triplets pending", figures.pending) +
        count("triplets passed", figures.passed) + count("clients whitelisted", figures.whitelisted) +
        count("clients counting", figures.counting) + count("messages with header", figures.headers) +
        count("weights", figures.weights) + count("forgotten, still stored", figures.forgotten);
    if (figures.records() > 0) {
        const auto age = [&](Time time) {
            return date(time) + ", " + std::to_string((now - time).count()) + " s ago";
        };
        text += line("oldest last attempt", age(figures.oldest)) +
                line("newest last attempt", age(figures.newest));
    }
    for (const Measure& measure : extent.measures) {
        text += count(measure.label, measure.value);
    }
    return text + count("bytes in records", figures.text_bytes) +
           line("fill", ratio(figures.text_bytes, extent.bytes));
}

std::string prometheus_of(const Figures& figures, const Extent& extent, Time now) {
    std::string text =
        "# HELP greyonce_records Records in the greylist state.\n# TYPE greyonce_records gauge\n";
    const auto records = [&](std::string_view kind, std::string_view state, std::uint64_t value) {
        text.append("greyonce_records{kind=\"").append(kind).append("\",state=\"").append(state);
        text.append("\"} ").append(std::to_string(value)).append("\n");
    };
    records("triplet", "pending", figures.pending);
    records("triplet", "passed", figures.passed);
    records("client", "counting", figures.counting);
    records("client", "whitelisted", figures.whitelisted);
    records("instance", "header", figures.headers);
    records("weight", "remembered", figures.weights);
    records("any", "forgotten", figures.forgotten);
    const auto gauge = [&](std::string_view name, std::string_view help, const std::string& value) {
        text.append("# HELP greyonce_").append(name).append(" ").append(help);
        text.append("\n# TYPE greyonce_").append(name).append(" gauge\ngreyonce_").append(name);
        text.append(" ").append(value).append("\n");
    };
    for (const Measure& measure : extent.measures) {
        gauge(measure.gauge, measure.help, std::to_string(measure.value));
    }
    gauge("state_fill_ratio", "Share of the state that records take.",
          ratio(figures.text_bytes, extent.bytes));
    if (figures.records() > 0) {
        gauge("state_oldest_age_seconds", "Age of the record seen longest ago.",
              std::to_string((now - figures.oldest).count()));
        gauge("state_newest_age_seconds", "Age of the record seen last.",
              std::to_string((now - figures.newest).count()));
    }
    return text;
}

} // namespace greylist
