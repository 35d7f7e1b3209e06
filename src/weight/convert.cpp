#include "weight/convert.hpp"

#include "rules/expression.hpp"
#include "settings/config_file.hpp"
#include "weight/options.hpp"
#include "weight/perl.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace weight {

namespace {

using Values = std::vector<std::string>;

// More is no setting, but a file that doubles a text again and again.
constexpr std::size_t longest_value = 4096;
constexpr std::size_t longest_list = std::size_t{64} * 1024; // all of its values together
constexpr std::size_t most_values = 4096;
constexpr std::size_t most_of_all = std::size_t{16} * 1024 * 1024; // in all assignments, with what holds them

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
};

// The same of what is true or false.
constexpr std::array flags{
    Same{"$dnsbl_checks_only", "lists-only"},
    Same{"$IGNORE_RFC1918_A", "ignore-private-addresses"},
};

template <std::size_t count>
const Same* one_for(const std::array<Same, count>& table, std::string_view name) {
    const auto* found =
        std::ranges::find_if(table, [&](const Same& same_one) { return same_one.theirs == name; });
    return found == table.end() ? nullptr : found;
}

bool is_true(const std::string& value) {
    return !value.empty() && value != "0";
}

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

const settings::Option<Settings>* setting_named(std::string_view name) {
    const auto* found =
        std::ranges::find_if(options, [&](const auto& option) { return option.name == name; });
    return found == options.end() ? nullptr : found;
}

bool has_blank(const std::string& text) {
    return text.find_first_of(" \t") != std::string::npos;
}

// A list of policyd-weight's four values.
bool is_score(const settings::Option<Settings>* setting) {
    return setting != nullptr && std::string_view{setting->takes}.starts_with("HIT");
}

// The variables of the file as far as it was read.
class Variables {
  public:
    // What `statement` assigns; none where that cannot be told.
    std::optional<Values> assign(const PerlStatement& statement) {
        std::optional<Values> values = values_of(statement);
        if (statement.appends && values) {
            const auto before = find(statement.name);
            values = before ? within_limits({before->front() + values->front()}) : std::nullopt;
        }
        if (!statement.name.empty()) {
            known_[statement.name] = values;
        }
        return values;
    }

    [[nodiscard]] bool is_used(const std::string& name) const { return used_.contains(name); }

  private:
    std::map<std::string, std::optional<Values>> known_;
    std::set<std::string> used_;
    std::size_t size_ = 0; // of all values, counted against most_of_all

    // What was not assigned has the value that it has without a configuration: ours, which is
    // policyd-weight's.
    std::optional<Values> find(const std::string& name) {
        used_.insert(name);
        if (const auto known = known_.find(name); known != known_.end()) {
            return known->second;
        }
        const Same* const ours = one_for(same, name);
        const settings::Option<Settings>* const setting =
            ours == nullptr ? nullptr : setting_named(ours->ours);
        if (setting == nullptr || setting->shown == nullptr) {
            return std::nullopt;
        }
        return Values{setting->shown(Settings{})};
    }

    std::optional<Values> within_limits(Values values) {
        std::size_t size = 0;
        for (const std::string& value : values) {
            size += value.size();
            if (value.size() > longest_value || size > longest_list) {
                return std::nullopt;
            }
        }
        size_ += size + values.size() * sizeof(std::string);
        const bool is_within = values.size() <= most_values && size_ <= most_of_all;
        return is_within ? std::optional{std::move(values)} : std::nullopt;
    }

    std::optional<Values> values_of(const PerlStatement& statement) {
        if (!statement.values) {
            return std::nullopt;
        }
        Values values;
        for (const PerlText& text : *statement.values) {
            const bool is_list = text.size() == 1 && text[0].is_variable && text[0].text.starts_with('@');
            const auto more = is_list ? find(text[0].text) : joined(text);
            if (!more || values.size() > most_values) {
                return std::nullopt;
            }
            values.insert(values.end(), more->begin(), more->end());
        }
        return within_limits(std::move(values));
    }

    std::optional<Values> joined(const PerlText& text) {
        std::string whole;
        for (const PerlPiece& piece : text) {
            if (!piece.is_variable) {
                whole += piece.text;
                continue;
            }
            const auto values = find(piece.text);
            if (!values || whole.size() > longest_value) {
                return std::nullopt;
            }
            for (std::size_t i = 0; i < values->size(); ++i) {
                whole.append(i == 0 ? "" : " ").append((*values)[i]);
            }
        }
        return Values{whole};
    }
};

struct Assignment {
    std::size_t line;
    std::string name;
    bool is_read;
};

class Converter {
  public:
    Converted convert(std::string_view perl) {
        PerlReader reader(perl);
        while (const auto statement = reader.next()) {
            auto values = variables_.assign(*statement);
            assignments_.push_back({statement->line, statement->name, values.has_value()});
            if (values) {
                last_[statement->name] = {assignments_.size() - 1, *std::move(values)};
            }
        }
        result_.config = "weight = yes\n";
        for (std::size_t i = 0; i < assignments_.size(); ++i) {
            assignment_ = &assignments_[i];
            if (std::ranges::find(needless, assignment_->name) != needless.end()) {
                continue;
            }
            if (!assignment_->is_read) {
                complain("not a plain assignment");
            } else if (last_[assignment_->name].number == i) {
                values_ = &last_[assignment_->name].values;
                take();
            }
        }
        return std::move(result_);
    }

  private:
    Variables variables_;
    std::vector<Assignment> assignments_;
    // The last one of each name that could be read: it takes the place of those before it.
    struct Last {
        std::size_t number = 0;
        Values values;
    };
    std::map<std::string, Last> last_;
    const Assignment* assignment_ = nullptr; // the one that is looked at
    const Values* values_ = nullptr;
    Converted result_;

    void take() {
        const std::string& name = assignment_->name;
        if (const Same* const found = one_for(same, name)) {
            add(found->ours, value());
        } else if (const Same* const flag = one_for(flags, name)) {
            add(flag->ours, is_true(value()) ? "1" : "0");
        } else if (name == "@dnsbl_score" || name == "@rhsbl_score") {
            add_lists(name.substr(1, 5));
        } else if (name == "$ADD_X_HEADER") {
            add("weight-header", is_true(value()) ? "X-policyd-weight" : "");
        } else if (name == "$LOG_BAD_RBL_ONLY") {
            add("log-all-lists", is_true(value()) ? "no" : "yes");
        } else if (name == "$CACHESIZE" || name == "$POSCACHESIZE") {
            add_memory(name == "$CACHESIZE" ? "spam-memory" : "ham-memory");
        } else if (name[0] == '@' && is_score(setting_named(name.substr(1)))) {
            add_score(name.substr(1));
        } else if (name == "@dnsbl_checks_only_regexps") {
            add_patterns("lists-only-clients");
        } else if (!variables_.is_used(name)) {
            complain("nothing here does this");
        }
    }

    [[nodiscard]] const std::string& value() const { return values_->front(); }

    void add_lists(const std::string& option) {
        const Values& values = *values_;
        if (values.size() % 4 != 0 || std::ranges::any_of(values, has_blank)) {
            complain("expected four values a list, without blanks");
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
        const Values& values = *values_;
        if (values.empty() || values.size() > 2) {
            complain("expected two scores");
            return;
        }
        add(option, values.size() == 2 ? values[0] + " " + values[1] : values[0]);
    }

    void add_patterns(const std::string& option) {
        for (const std::string& pattern : *values_) {
            if (const auto wrong = rules::whats_wrong_with_expression(pattern)) {
                complain("\"" + pattern + "\": expected a Perl regular expression: " + *wrong);
            } else {
                add(option, pattern);
            }
        }
    }

    // A size of 0 turned the memory off; there is no other size here.
    void add_memory(const std::string& option) {
        if (!is_true(value())) {
            add(option, "0");
        }
    }

    // Only what we would take ourselves is written.
    void add(std::string_view option, const std::string& value) {
        if (value.find_first_of("\r\n") != std::string::npos) {
            complain("a line break in a value");
            return;
        }
        try {
            Settings scratch; // NOLINT(misc-const-correctness): set() changes it
            setting_named(option)->set(scratch, value);
        } catch (const settings::WrongValue& wrong) {
            complain("\"" + value + "\": expected " + wrong.expected);
            return;
        }
        result_.config.append(option).append(" = ").append(settings::config_value(value)).append("\n");
    }

    void complain(const std::string& why) {
        const std::string name = assignment_->name.empty() ? "statement" : assignment_->name;
        result_.complaints.push_back("line " + std::to_string(assignment_->line) + ": " + name + ": " + why +
                                     ": left out");
    }
};

} // namespace

Converted convert_policyd_weight(std::string_view perl) {
    return Converter{}.convert(perl);
}

} // namespace weight
