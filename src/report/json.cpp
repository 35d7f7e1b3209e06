// A report as JSON: one object, whose members greyreport(8) names.
#include "report/page.hpp"
#include "report/waits.hpp"
#include "report/wording.hpp"
#include "system/text.hpp"

#include <array>
#include <cstdio>

namespace report {

namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : sys::cleaned(text)) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

// Writes members and elements, with commas between them.
class Json {
  public:
    void name(std::string_view name) {
        separate();
        text_.append(quoted(name)).append(": ");
        is_first_ = true;
    }
    void open(char bracket) {
        separate();
        text_ += bracket;
        is_first_ = true;
    }
    void close(char bracket) {
        text_ += bracket;
        is_first_ = false;
    }
    void value(std::string_view text) { put(quoted(text)); }
    void value(std::uint64_t number) { put(std::to_string(number)); }
    void value(bool is_true) { put(is_true ? "true" : "false"); }
    void decimal(double number) {
        std::array<char, 64> text{};
        static_cast<void>(std::snprintf(text.data(), text.size(), "%.4g", number));
        put(text.data());
    }
    void null() { put("null"); }
    void line() { is_line_wanted_ = true; }

    template <typename Value>
    void member(std::string_view its_name, Value its_value) {
        name(its_name);
        value(its_value);
    }
    void member(std::string_view its_name, std::optional<std::uint64_t> its_value) {
        name(its_name);
        its_value ? value(*its_value) : null();
    }
    void member(std::string_view its_name, const std::optional<LocalTime>& time) {
        name(its_name);
        time ? value(std::string_view{report::text_of(*time)}) : null();
    }

    [[nodiscard]] std::string text() const { return text_ + '\n'; }

  private:
    void separate() {
        if (!is_first_) {
            text_ += ", ";
        }
        is_first_ = false;
        if (is_line_wanted_) {
            text_ += "\n ";
            is_line_wanted_ = false;
        }
    }
    void put(std::string_view text) {
        separate();
        text_ += text;
    }

    std::string text_;
    bool is_first_ = true;
    bool is_line_wanted_ = false;
};

constexpr std::size_t most_of_a_list = 100;

void add_counts(Json& json, const Counts& counts, bool also_zeros) {
    json.open('{');
    for (const OutcomeRow& row : outcomes) {
        if (also_zeros || counts.of(row.outcome) > 0) {
            json.member(row.id, counts.of(row.outcome));
        }
    }
    json.close('}');
}

void add_requests(Json& json, const Figures& figures) {
    json.line();
    json.name("requests");
    json.open('{');
    json.member("all", figures.counts.all());
    json.member("passed", figures.counts.of(Group::passed));
    json.member("put_off", figures.counts.of(Group::put_off));
    json.member("deferred", figures.counts.of(Group::deferred));
    json.member("refused", figures.counts.of(Group::refused));
    json.member("dry_run", figures.dry_run);
    json.name("by_outcome");
    add_counts(json, figures.counts, true);
    json.close('}');
}

void add_days(Json& json, const Figures& figures) {
    json.line();
    json.name("days");
    json.open('[');
    for (const auto& [day, hours] : figures.days) {
        json.line();
        json.open('{');
        json.member("day", std::string_view{text_of(day)});
        json.name("hours");
        json.open('[');
        for (const Counts& counts : hours) {
            add_counts(json, counts, false);
        }
        json.close(']');
        json.close('}');
    }
    json.close(']');
}

void add_waits(Json& json, const Figures& figures) {
    const Spread& waited = figures.waited;
    json.line();
    json.name("waits");
    json.open('{');
    json.member("all", figures.waits);
    json.member("came_back", waited.count());
    json.member("never_came_back", figures.never);
    json.member("gave_up", figures.gave_up);
    json.member("open", figures.open);
    json.member("not_followed", figures.not_followed);
    json.member("from_several_networks", figures.from_several_networks);
    json.member("retry_window_seconds", static_cast<std::uint64_t>(figures.retry_window.count()));
    json.member("delay_seconds", static_cast<std::uint64_t>(figures.delay.count()));
    json.name("seconds");
    json.open('{');
    json.member("sum", waited.sum());
    json.member("median", waited.percentile(50));
    json.member("percentile_90", waited.percentile(90));
    json.member("percentile_99", waited.percentile(99));
    json.member("longest", waited.count() == 0 ? std::nullopt : std::optional{waited.largest()});
    json.member("over_an_hour", waited.between(3601, ~std::uint64_t{0}));
    json.close('}');
    json.close('}');
}

template <typename Counts, typename Worth, typename Write>
void add_tally(Json& json, std::string_view name, const Tally<Counts>& tally, Worth worth, Write write) {
    json.line();
    json.name(name);
    json.open('{');
    json.member("names", static_cast<std::uint64_t>(tally.size()));
    json.member("may_lack", tally.missed());
    json.name("rows");
    json.open('[');
    for (const auto& row : tally.top(most_of_a_list, worth)) {
        json.line();
        json.open('{');
        json.member("name", std::string_view{row.name});
        write(row.counts);
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

void add_names(Json& json, const Figures& figures) {
    const auto add_client = [&](const Client& client) {
        json.member("first_attempts", client.count);
        json.member("waits_that_ended", client.waits);
        json.member("came_back", client.came);
        json.member("never_came_back", client.never);
        json.member("gave_up", client.gave_up);
        json.member("seconds", client.seconds);
        json.member("longest", client.longest);
        json.member("from_several_networks", client.several);
        json.member("most_networks", client.most_networks);
    };
    add_tally(
        json, "organisations_by_wait", figures.clients, [](const Client& c) { return c.seconds; },
        add_client);
    add_tally(
        json, "organisations_by_first_attempts", figures.clients, [](const Client& c) { return c.count; },
        add_client);
    add_tally(
        json, "organisations_that_never_came_back", figures.clients,
        [](const Client& c) { return c.never + c.gave_up; }, add_client);
    add_tally(
        json, "organisations_from_several_networks", figures.clients,
        [](const Client& c) { return c.several; }, add_client);
    add_tally(
        json, "networks_that_never_came_back", figures.networks,
        [](const Client& c) { return c.never + c.gave_up; },
        [&](const Client& client) {
            json.member("first_attempts", client.count);
            json.member("never_came_back", client.never);
            json.member("gave_up", client.gave_up);
        });
    add_tally(
        json, "sender_domains_by_wait", figures.domains, [](const Domain& d) { return d.seconds; },
        [&](const Domain& domain) {
            json.member("came_back", domain.count);
            json.member("seconds", domain.seconds);
            json.member("longest", domain.longest);
        });
    add_tally(
        json, "recipients", figures.recipients, [](const Recipient& r) { return r.count; },
        [&](const Recipient& recipient) {
            json.member("put_off", recipient.count);
            json.member("first_attempts", recipient.first);
        });
}

void add_rules(Json& json, const Figures& figures) {
    json.line();
    json.name("rules");
    json.open('{');
    json.member("may_lack", figures.rules.missed());
    json.name("rows");
    json.open('[');
    for (const auto& row :
         figures.rules.top(figures.rules.size(), [](const RuleHits& r) { return r.count; })) {
        json.line();
        json.open('{');
        json.member("source", std::string_view{row.name});
        json.member("hits", row.counts.count);
        json.name("by_outcome");
        add_counts(json, row.counts.counts, false);
        json.close('}');
    }
    json.close(']');
    if (figures.unused) {
        json.member("entries", figures.unused->entries);
        json.member("never_hit", figures.unused->never_hit);
        json.name("never_hit_rows");
        json.open('[');
        for (const auto& entry : figures.unused->some) {
            json.line();
            json.open('{');
            json.member("source", std::string_view{entry.source});
            json.member("entry", std::string_view{entry.text});
            json.close('}');
        }
        json.close(']');
    }
    json.close('}');
}

void add_weight(Json& json, const Figures& figures) {
    json.line();
    json.name("weight");
    json.open('{');
    json.member("weighed", figures.weighed);
    json.name("mean_rate");
    figures.weighed == 0 ? json.null() : json.decimal(figures.rates / static_cast<double>(figures.weighed));
    json.name("rates");
    json.open('{');
    for (const auto& [rate, count] : figures.rate_counts) {
        json.member(std::to_string(rate), count);
    }
    json.close('}');
    json.name("dns_milliseconds");
    json.open('{');
    json.member("median", figures.dns.percentile(50));
    json.member("percentile_90", figures.dns.percentile(90));
    json.member("percentile_99", figures.dns.percentile(99));
    json.close('}');
    add_tally(
        json, "tokens", figures.tokens, [](const TokenHits& t) { return t.count; },
        [&](const TokenHits& token) {
            json.member("count", token.count);
            json.name("mean_score");
            json.decimal(token.score / static_cast<double>(token.count));
        });
    json.close('}');
}

void add_trouble(Json& json, const Figures& figures) {
    json.line();
    json.name("trouble");
    json.open('{');
    json.member("warnings", figures.warning_count);
    json.member("malformed_requests", figures.malformed);
    json.member("passed_by_trouble", figures.counts.of(Outcome::trouble));
    add_tally(
        json, "kinds", figures.warnings, [](const Times& w) { return w.count; },
        [&](const Times& times) { json.member("count", times.count); });
    json.close('}');
}

void add_advice(Json& json, const Figures& figures) {
    json.line();
    json.name("suggestions");
    json.open('[');
    for (const Advice& advice : advice_of(figures)) {
        json.line();
        json.open('{');
        json.member("rule", std::string_view{advice.rule});
        json.member(advice.shortens ? "waits_shortened" : "waits_spared", advice.waits);
        json.member("seconds_spared", advice.seconds);
        json.close('}');
    }
    json.close(']');
}

} // namespace

std::string json_of(const Figures& figures) {
    Json json;
    json.open('{');
    json.member("version", std::uint64_t{1});
    json.member("first", figures.first);
    json.member("last", figures.last);
    json.member("log_begin", figures.log_begin);
    json.member("log_end", figures.log_end);
    json.member("lines", figures.lines);
    json.member("unreadable", figures.unreadable);
    json.member("timeless", figures.timeless);
    json.member("beyond_the_days", figures.beyond_the_days);
    json.member("anonymous", figures.is_anonymous);
    add_requests(json, figures);
    add_days(json, figures);
    add_waits(json, figures);
    add_names(json, figures);
    json.member("clients_whitelisted", figures.whitelisted_clients);
    add_rules(json, figures);
    add_weight(json, figures);
    add_trouble(json, figures);
    add_advice(json, figures);
    json.close('}');
    return json.text();
}

} // namespace report
