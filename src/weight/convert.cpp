#include "weight/convert.hpp"

#include "weight/configuration.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace weight {

namespace {

using Values = std::vector<std::string>;

// One assignment, read or not.
struct Statement {
    std::size_t line = 0;
    std::string name; // with its sigil; empty where it is no assignment
    std::optional<Values> values;
};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    // The next statement; none at the end.
    std::optional<Statement> next() {
        skip_blanks();
        if (is_at_end()) {
            return std::nullopt;
        }
        Statement statement{line_, {}, {}};
        if (take('1')) { // a true value at the end
            skip_statement();
            return next();
        }
        statement.name = variable();
        if (!statement.name.empty() && take('=')) {
            statement.values = statement.name[0] == '@' ? list() : scalar();
        }
        skip_blanks();
        if (!take(';') && !is_at_end()) {
            statement.values.reset();
            skip_statement();
        }
        return statement;
    }

  private:
    [[nodiscard]] bool is_at_end() const { return place_ >= text_.size(); }
    [[nodiscard]] char here() const { return is_at_end() ? '\0' : text_[place_]; }

    void step() {
        line_ += here() == '\n' ? 1 : 0;
        ++place_;
    }

    void skip_blanks() {
        while (!is_at_end()) {
            if (here() == '#') {
                skip_line();
            } else if (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r') {
                step();
            } else {
                return;
            }
        }
    }
    void skip_line() {
        while (!is_at_end() && here() != '\n') {
            step();
        }
    }
    void skip_statement() {
        while (!is_at_end() && here() != ';') {
            step();
        }
        take(';');
    }

    bool take(char wanted) {
        skip_blanks();
        if (here() != wanted || is_at_end()) {
            return false;
        }
        step();
        return true;
    }

    // `my` may stand before it.
    std::string variable() {
        if (text_.substr(place_).starts_with("my ") || text_.substr(place_).starts_with("our ")) {
            place_ = text_.find(' ', place_);
            skip_blanks();
        }
        std::string name;
        if (here() == '$' || here() == '@') {
            do {
                name += here();
                step();
            } while (!is_at_end() && is_word(here()));
        }
        return name;
    }

    std::optional<Values> scalar() {
        const auto text = value();
        return text ? std::optional(Values{*text}) : std::nullopt;
    }

    std::optional<Values> list() {
        Values values;
        if (!take('(')) {
            return std::nullopt;
        }
        while (!take(')')) {
            const auto text = value();
            if (!text) {
                return std::nullopt;
            }
            values.push_back(*text);
            if (!take(',') && here() != ')') {
                return std::nullopt;
            }
        }
        return values;
    }

    std::optional<std::string> value() {
        skip_blanks();
        if (here() == '\'' || here() == '"') {
            return quoted();
        }
        if (text_.substr(place_).starts_with("qr/")) {
            return pattern();
        }
        std::string number;
        while (!is_at_end() && (is_word(here()) || here() == '.' || here() == '-' || here() == '+')) {
            number += here();
            step();
        }
        const bool is_number =
            number.find_first_not_of("0123456789.-+") == std::string::npos && !number.empty();
        return is_number ? std::optional(number) : std::nullopt;
    }

    // qr/PATTERN/, with no letters behind it but i.
    std::optional<std::string> pattern() {
        std::string text;
        for (place_ += 3; !is_at_end() && here() != '/'; step()) {
            if (here() == '\\') {
                text += here();
                step();
            }
            text += here();
        }
        const bool is_closed = take('/');
        take('i');
        return is_closed && !is_word(here()) ? std::optional(text) : std::nullopt;
    }

    // In double quotes a variable or an escape would have to be run.
    std::optional<std::string> quoted() {
        const char quote = here();
        std::string text;
        for (step(); !is_at_end() && here() != quote; step()) {
            if (here() == '\\' && place_ + 1 < text_.size()) {
                step();
                if (quote == '"' && is_word(here())) {
                    return std::nullopt;
                }
            } else if (quote == '"' && (here() == '$' || here() == '@')) {
                return std::nullopt;
            }
            text += here();
        }
        return take(quote) ? std::optional(text) : std::nullopt;
    }

    std::string_view text_;
    std::size_t place_ = 0;
    std::size_t line_ = 1;
};

// What a setting becomes: our option, by its value as it is.
struct Same {
    std::string_view theirs;
    std::string_view ours;
};
constexpr std::array same{
    Same{"$REJECTMSG", "reject-text"},
    Same{"$REJECTLEVEL", "reject-level"},
    Same{"$DEFER_STRING", "defer-tokens"},
    Same{"$DEFER_ACTION", "defer-action"},
    Same{"$DEFER_LEVEL", "defer-level"},
    Same{"$DNSERRMSG", "no-dns-text"},
    Same{"$dnsbl_checks_only", "lists-only"},
    Same{"$MAXDNSBLHITS", "dnsbl-max-hits"},
    Same{"$MAXDNSBLSCORE", "dnsbl-max-score"},
    Same{"$MAXDNSBLMSG", "dnsbl-text"},
    Same{"$BL_ERROR_SKIP", "list-errors"},
    Same{"$BL_SKIP_RELEASE", "list-skips"},
    Same{"$CACHEREJECTMSG", "spam-text"},
    Same{"$NTTL", "spam-retries"},
    Same{"$NTIME", "spam-pause"},
    Same{"$POSCACHEMSG", "ham-text"},
    Same{"$PTTL", "ham-requests"},
    Same{"$PTIME", "ham-window"},
    Same{"$TEMP_PTIME", "ham-trial"},
    Same{"$MAXDNSERR", "max-dns-errors"},
    Same{"$MAXDNSERRMSG", "dns-errors-text"},
    Same{"$NS", "nameserver"},
    Same{"$IGNORE_RFC1918_A", "ignore-private-addresses"},
};

// What a process for each request has no use for, or asks for in another way.
constexpr std::array needless{
    "$DEBUG",
    "$VERBOSE",
    "$DEFAULT_RESPONSE",
    "$MAINTENANCE_LEVEL",
    "$MAXIDLECACHE",
    "$IPC_TIMEOUT",
    "$CACHEMAXSIZE",
    "$POSCACHEMAXSIZE",
    "$DNS_RETRIES",
    "$DNS_RETRY_IVAL",
    "$PUDP",
    "$USE_NET_DNS",
    "$TRY_BALANCE",
    "$LOCKPATH",
    "$SPATH",
    "$USER",
    "$GROUP",
    "$MAX_PROC",
    "$MIN_PROC",
    "$TCP_PORT",
    "$BIND_ADDRESS",
    "$SOMAXCONN",
    "$CHILDIDLE",
    "$PIDFILE",
    "$syslog_socktype",
    "$syslog_facility",
    "$syslog_options",
    "$syslog_priority",
    "$syslog_ident",
};

const Setting* setting_named(std::string_view name) {
    const auto* found =
        std::ranges::find_if(settings_table, [&](const Setting& s) { return s.name == name; });
    return found == settings_table.end() ? nullptr : found;
}

class Converter {
  public:
    Converted convert(std::string_view perl) {
        add("weight", "yes");
        Reader reader(perl);
        while (const auto statement = reader.next()) {
            statement_ = &*statement;
            if (std::ranges::find(needless, statement->name) != needless.end()) {
                continue;
            }
            if (!statement->values) {
                complain("not a plain assignment");
            } else {
                take();
            }
        }
        return std::move(result_);
    }

  private:
    void take() {
        const std::string& name = statement_->name;
        if (const auto* found = std::ranges::find_if(same, [&](const Same& s) { return s.theirs == name; });
            found != same.end()) {
            add(found->ours, value());
        } else if (name == "@dnsbl_score" || name == "@rhsbl_score") {
            add_lists(name.substr(1, 5));
        } else if (name == "$ADD_X_HEADER") {
            add("weight-header", value() == "1" ? "X-policyd-weight" : "");
        } else if (name == "$LOG_BAD_RBL_ONLY") {
            add("log-all-lists", value() == "1" ? "no" : "yes");
        } else if (name == "$CACHESIZE" || name == "$POSCACHESIZE") {
            add_memory(name == "$CACHESIZE" ? "spam-memory" : "ham-memory");
        } else if (name[0] == '@' && setting_named(name.substr(1)) != nullptr) {
            add_score(name.substr(1));
        } else if (name == "@dnsbl_checks_only_regexps") {
            for (const std::string& pattern : *statement_->values) {
                add("lists-only-clients", pattern);
            }
        } else {
            complain("nothing here does this");
        }
    }

    [[nodiscard]] std::string value() const { return statement_->values->front(); }

    void add_lists(const std::string& option) {
        const Values& values = *statement_->values;
        if (values.size() % 4 != 0) {
            complain("expected four values a list");
            return;
        }
        if (values.empty()) {
            add(option, "");
        }
        for (std::size_t i = 0; i < values.size(); i += 4) {
            add(option, values[i] + " " + values[i + 1] + " " + values[i + 2] + " " + values[i + 3]);
        }
    }

    void add_score(const std::string& option) {
        const Values& values = *statement_->values;
        if (values.empty() || values.size() > 2) {
            complain("expected two scores");
            return;
        }
        add(option, values.size() == 2 ? values[0] + " " + values[1] : values[0]);
    }

    // A size of 0 turned the memory off; there is no other size here.
    void add_memory(const std::string& option) {
        if (value() == "0") {
            result_.config.append(option).append(" = 0\n");
        }
    }

    // Only what we would take ourselves is written.
    void add(std::string_view option, const std::string& value) {
        if (value.find_first_of("\r\n") != std::string::npos) {
            complain("a line break in a value");
            return;
        }
        if (const Setting* setting = setting_named(option)) {
            try {
                Settings scratch;
                setting->set(scratch, value);
            } catch (const std::invalid_argument& wrong) {
                complain("\"" + value + "\": expected " + wrong.what());
                return;
            }
        }
        result_.config.append(option).append(" = ").append(value).append("\n");
    }

    void complain(const std::string& why) {
        const std::string name = statement_->name.empty() ? "statement" : statement_->name;
        result_.complaints.push_back("line " + std::to_string(statement_->line) + ": " + name + ": " + why +
                                     ": left out");
    }

    const Statement* statement_ = nullptr;
    Converted result_;
};

} // namespace

Converted convert_policyd_weight(std::string_view perl) {
    return Converter{}.convert(perl);
}

} // namespace weight
