// The step that asks the greylist: client, triplet and message, one after the other, each under a lock of its
// own. What an attempt means is said in greylist/rule.hpp, how records are kept in store/store.hpp.
#include "decision/greylist_texts.hpp"
#include "decision/keeping.hpp"
#include "decision/record_keys.hpp"
#include "decision/step.hpp"
#include "greylist/rule.hpp"
#include "protocol/action.hpp"
#include "store/store.hpp"
#include "system/trouble.hpp"

namespace decision {

namespace {

using greylist::Record;
using Seen = std::optional<Record>;

// The configured values, or those of the rule that sent the mail here.
greylist::Rule rule_of(const Question& question, greylist::Rule rule) {
    const rules::Verdict& own = question.greylisting;
    rule.delay = own.delay.value_or(rule.delay);
    rule.retry_window = own.retry_window.value_or(rule.retry_window);
    if (own.always) {
        rule.auto_whitelist_clients = 0;
        rule.auto_whitelist_pairs = 0;
    }
    return rule;
}

// One request before the open state.
class Asking {
  public:
    // Throws sys::Trouble where the state cannot be opened.
    // `organisation`: empty where the client has none, or nothing depends on it.
    Asking(Question& question, const greylist::Settings& settings, std::string organisation)
        : question_(question), settings_(settings), rule_(rule_of(question, settings.rule)),
          keys_(question, settings, std::move(organisation), rule_.auto_whitelist_pairs > 0),
          state_(question.sources.state(keeping_of(question))) {
        if (state_.fetches_together()) { // one trip in place of one for each
            state_.expect(keys_.all(rule_.auto_whitelist_clients > 0));
        }
    }

    // None where the state could not be asked, or a mail that has to wait not be remembered.
    std::optional<Opinion> opinion() {
        const auto is_known = is_auto_whitelisted();
        if (!is_known) {
            return std::nullopt;
        }
        if (*is_known) {
            return pass("client AWL");
        }
        const auto is_known_pair = keys_.pair() ? is_known_as_pair(*keys_.pair()) : false;
        if (!is_known_pair) {
            return std::nullopt;
        }
        if (*is_known_pair) {
            return pass("pair AWL");
        }
        const auto attempt = one_more_attempt();
        if (!attempt) {
            return std::nullopt;
        }
        if (attempt->was_in_future) {
            info("correcting date for first seen in the future");
        }
        if (!attempt->passes) {
            const auto reason = spared(attempt->record.key);
            return reason ? pass(std::string{*reason}) : wait(*attempt);
        }
        if (attempt->waited >= settings_.rule.delay) { // not where a rule spares its recipient alone the wait
            note_that_one_passed();
        }
        if (!attempt->is_first_success) {
            return pass("triplet found");
        }
        count_first_success();
        return needs_header() ? pass_with_header(*attempt) : pass("triplet found");
    }

    void report_remarks() {
        remark_on(state_, question_);
        for (std::string& remark : question_.sources.take_state_remarks()) { // which may close the state
            question_.remark(protocol::LogLine::Level::warning, std::move(remark));
        }
        if (was_in_trouble_) {
            question_.sources.close_state();
        }
    }

  private:
    // Shows `step` the record under `key` and stores what it says. False, with a line for the log, where the
    // record could not be read (the step was not called) or not be written (it was).
    bool update(const greylist::Key& key, const store::Step& step) {
        try {
            state_.update(key, step);
            return true;
        } catch (const sys::Trouble& trouble) {
            question_.trouble(trouble.what());
            was_in_trouble_ = true;
            return false;
        }
    }

    // The same, but first by a look without a lock: mostly the step leaves the record as it is.
    bool look_and_update(const greylist::Key& key, const store::Step& step) {
        return settle(state_.glance(key), key, step);
    }

    // What such a look leaves to be done.
    bool settle(const store::Store::Glance& glance, const greylist::Key& key, const store::Step& step) {
        return (glance.is_certain && !step(glance.seen)) || update(key, step);
    }

    // None where its record could not be read: a client that may be known is not told to wait.
    std::optional<bool> is_auto_whitelisted() {
        if (rule_.auto_whitelist_clients == 0) {
            may_have_passed_ = true; // nothing is counted
            return false;
        }
        const auto is_known = is_auto_whitelisted_as(keys_.client());
        return is_known == false && keys_.address() != keys_.client()
                   ? is_auto_whitelisted_as(keys_.address())
                   : is_known;
    }

    std::optional<bool> is_auto_whitelisted_as(const greylist::Key& client) {
        return is_known(client, [this](const Seen& seen) {
            may_have_passed_ = may_have_passed_ || seen || !keys_.counts_as().empty();
            return greylist::is_auto_whitelisted(seen, rule_);
        });
    }

    std::optional<bool> is_known_as_pair(const greylist::Key& pair) {
        return is_known(
            pair, [this](const Seen& seen) { return greylist::is_known_pair(seen, question_.now, rule_); });
    }

    // Whether the record under `key` is one of whom `knows` says so; it is renewed then.
    template <typename Knows>
    std::optional<bool> is_known(const greylist::Key& key, const Knows& knows) {
        std::optional<bool> is_known;
        look_and_update(key, [&](const Seen& seen) {
            is_known = knows(seen);
            return *is_known ? seen_again(*seen, question_.now) : std::nullopt;
        });
        return is_known;
    }

    // What is stored under `key`; nothing where it cannot be read.
    Seen look(const greylist::Key& key) {
        Seen found;
        look_and_update(key, [&](const Seen& seen) {
            found = seen;
            return std::nullopt;
        });
        return found;
    }

    // Why a mail that would wait need not; none where it has to. Asked last, so that who is known does not pay for it.
    std::optional<std::string_view> spared(const greylist::Key& triplet) {
        if (has_passed_before(triplet)) {
            return "triplet found";
        }
        if (question_.greylisting.always) {
            return std::nullopt;
        }
        if (keys_.pair() && has_been_known_before(*keys_.pair())) {
            return "pair AWL";
        }
        if (is_answer()) {
            note_that_one_passed();
            return "correspondent";
        }
        return has_one_passed() ? std::optional<std::string_view>{"message passed"} : std::nullopt;
    }

    // Whether it has passed under its network: nobody waits twice because clients count as organisations now.
    bool has_passed_before(const greylist::Key& triplet) {
        const auto old = keys_.triplet_before();
        const Seen seen = old ? look(*old) : std::nullopt;
        Seen record = taken_over(triplet, seen, question_.now, rule_);
        return record && update(triplet, [&](const Seen& /*seen*/) { return record; });
    }

    // The same of a pair.
    bool has_been_known_before(const greylist::Key& pair) {
        const auto old = keys_.pair_before();
        Seen seen = old ? look(*old) : std::nullopt;
        if (!greylist::is_known_pair(seen, question_.now, rule_)) {
            return false;
        }
        seen->key = pair;
        return update(pair, [&](const Seen& /*seen*/) { return seen; });
    }

    // Whether the recipient has written to the sender's domain.
    bool is_answer() {
        const auto key = keys_.correspondent();
        return key && look(*key);
    }

    bool has_one_passed() {
        const auto key = keys_.message();
        return key && look(*key);
    }

    void note_that_one_passed() {
        if (const auto key = keys_.message()) {
            look_and_update(*key, [&](const Seen& seen) { return first_header(*key, seen, question_.now); });
        }
    }

    std::optional<greylist::Attempt> one_more_attempt() {
        const greylist::Key key = keys_.triplet();
        std::optional<greylist::Attempt> attempt;
        const store::Step step = [&](const Seen& seen) -> Seen {
            attempt = greylist::attempt(key, seen, question_.now, rule_);
            return attempt->is_renewal ? Seen{attempt->record} : std::nullopt;
        };
        const bool is_remembered =
            settle(may_have_passed_ ? state_.glance_at_stored(key) : state_.glance_at_seen(key), key, step);
        // An attempt that nobody remembers can never pass: it must not be told to wait.
        const bool counts = attempt && (is_remembered || attempt->passes);
        return counts ? attempt : std::nullopt;
    }

    void count_first_success() {
        if (const auto& pair = keys_.pair()) {
            update(*pair, [&](const Seen& seen) { return first_success(*pair, seen, question_.now); });
        }
        if (rule_.auto_whitelist_clients == 0) {
            return;
        }
        // A count that began under the address alone goes on.
        const greylist::Key& client = keys_.client();
        const Seen of_address =
            keys_.address() != client ? state_.glance(keys_.address()).seen : std::nullopt;
        bool is_the_last = false;
        update(client, [&](const Seen& seen) {
            auto counted = first_success(client, seen ? seen : of_address, question_.now);
            if (counted) {
                counted->key = client;
            }
            is_the_last = counted && counted->count == rule_.auto_whitelist_clients;
            return counted;
        });
        if (is_the_last) {
            info("whitelisted: " + protocol::logged_client(question_.request.client_name,
                                                           question_.request.client_address->text()));
        }
    }

    // One header a message; without an instance, one with each recipient.
    bool needs_header() {
        const auto key = keys_.header();
        if (!key) {
            return !settings_.header.empty();
        }
        bool is_new = true;
        update(*key, [&](const Seen& seen) {
            is_new = !seen;
            return first_header(*key, seen, question_.now);
        });
        return is_new;
    }

    [[nodiscard]] Opinion wait(const greylist::Attempt& attempt) const {
        const protocol::Request& request = question_.request;
        const std::string reason =
            attempt.waited == sys::Seconds{0}
                ? "new"
                : "early-retry (" + std::to_string(attempt.missing.count()) + "s missing)";
        return {settings_.action + " " +
                    waiting_text(settings_.text, attempt.missing, request.recipient,
                                 request.etrn_domain.has_value()),
                account("greylist", reason)};
    }

    [[nodiscard]] Opinion pass(std::string reason) const {
        return {std::string{protocol::no_opinion}, account("pass", std::move(reason))};
    }

    [[nodiscard]] Opinion pass_with_header(const greylist::Attempt& attempt) const {
        protocol::Account told = account("pass", "triplet found");
        told.delay = attempt.waited;
        return {"PREPEND " + header_text(settings_.header, attempt.waited, question_.now, settings_.hostname),
                std::move(told)};
    }

    [[nodiscard]] protocol::Account account(std::string action, std::string reason) const {
        return {.action = std::move(action),
                .reason = std::move(reason),
                .delay = std::nullopt,
                .rule = question_.greylisting_rule,
                .client_key = keys_.client_field()};
    }

    void info(std::string text) { question_.remark(protocol::LogLine::Level::info, std::move(text)); }

    Question& question_;
    const greylist::Settings& settings_;
    greylist::Rule rule_;
    RecordKeys keys_;
    store::Store& state_;
    bool may_have_passed_ = false; // a client of whom nothing is counted has no triplet that passed
    bool was_in_trouble_ = false;  // with the state
};

} // namespace

std::optional<Opinion> greylist_step(Question& question, const greylist::Settings& settings) {
    if (!settings.is_on) {
        return std::nullopt;
    }
    const std::string organisation = organisation_of(question, settings).domain;
    const bool is_greylisted = settings.names == greylist::Names::all || question.greylisting.always;
    if (!is_greylisted && !organisation.empty()) {
        return Opinion{
            std::string{protocol::no_opinion},
            {.action = "pass",
             .reason = "client name",
             .rule = question.greylisting_rule,
             .client_key = settings.grouping.by_organisation ? client_key_of(question, settings) : ""}};
    }
    Asking asking{question, settings, organisation};
    auto opinion = asking.opinion();
    asking.report_remarks();
    return opinion;
}

} // namespace decision
