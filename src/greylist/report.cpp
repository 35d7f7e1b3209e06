#include "greylist/report.hpp"

#include "greylist/kind.hpp"
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
    static_cast<void>(gmtime_r(&seconds, &parts));
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
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

std::string state_of(const Record& record, Time now, const Rule& rule) {
    if (is_forgotten(record, now, rule)) {
        return "forgotten";
    }
    const State& state = state_of(record, rule);
    return std::string{state.name} +
           (state.standing == State::Standing::waiting
                ? ':' + std::to_string((now - as_of(record, now).first).count()) + 's'
                : "");
}

std::string text_line(const Record& record, Time now, const Rule& rule) {
    return std::string{row_of(record.key.kind).name} + ' ' + state_of(record, now, rule) + ' ' +
           date(record.first) + ' ' + date(record.last) + ' ' + std::to_string(record.count) + ' ' +
           sys::cleaned(record.key.text) + '\n';
}

std::string exported_line(const Record& record) {
    const std::string line = line_of(record);
    if (sys::is_plain(line)) {
        return line + '\n';
    }
    Record shown = record;
    shown.key.text = clean_text(record.key);
    return line_of(shown) + '\n';
}

std::string json_line(const Record& record, Time now, const Rule& rule) {
    const KindRow& row = row_of(record.key.kind);
    const std::string state = state_of(record, now, rule);
    std::string line = "{\"kind\":" + json_string(row.name);
    line += member("state", json_string(std::string_view{state}.substr(0, state.find(':'))));
    if (state.find(':') != std::string::npos) {
        const Seconds waited = now - as_of(record, now).first;
        line += member("pending_seconds", std::to_string(waited.count()));
        line += member("missing_seconds", std::to_string(std::max(Seconds{0}, rule.delay - waited).count()));
    }
    line += member("first", number(record.first)) + member("last", number(record.last));
    line += member("count", std::to_string(record.count));
    if (row.numbers.find('s') != std::string_view::npos) {
        line += member("score_ten_thousandths", std::to_string(record.score)) +
                member("until", number(record.until));
    }
    const auto fields = fields_of(record.key);
    if (row.field_count() == 0) {
        line += member("key", json_string(clean_text(record.key)));
    } else if (fields.size() != row.field_count()) {
        line += member("hash", json_string(fields[0]));
    } else {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            line += member(row.fields.at(i), json_string(fields[i]));
        }
    }
    return line + "}\n";
}

void Figures::count(const Record& record, Time now, const Rule& rule) {
    text_bytes += line_of(record).size() + 1;
    oldest = std::min(oldest, record.last);
    newest = std::max(newest, record.last);
    if (is_forgotten(record, now, rule)) {
        ++forgotten;
    } else {
        ++by_state[state_of(record, rule).label];
    }
}

std::uint64_t Figures::records() const {
    std::uint64_t all = forgotten;
    for (const auto& [label, number] : by_state) {
        all += number;
    }
    return all;
}

namespace {

// Shows each state of each kind with its number.
template <typename Show>
void each_state(const Figures& figures, const Show& show) {
    for (const KindRow& row : kind_rows()) {
        for (const State& state : row.states) {
            if (!state.name.empty()) {
                const auto found = figures.by_state.find(state.label);
                show(row, state, found == figures.by_state.end() ? 0 : found->second);
            }
        }
    }
}

} // namespace

std::string text_of(const Figures& figures, const Extent& extent, Time now) {
    const auto line = [](std::string_view name, const std::string& value) {
        return std::string{name}.append(28 - name.size(), ' ') + value + '\n';
    };
    const auto count = [&](std::string_view name, std::uint64_t value) {
        return line(name, std::to_string(value));
    };
    std::string text = count("records", figures.records());
    each_state(figures, [&](const KindRow& /*row*/, const State& state, std::uint64_t number) {
        text += count(state.label, number);
    });
    text += count("forgotten, still stored", figures.forgotten);
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
    each_state(figures, [&](const KindRow& row, const State& state, std::uint64_t number) {
        records(row.name, state.name, number);
    });
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
