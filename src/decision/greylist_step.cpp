// The step that asks the greylist: client, triplet and message, one after the other, each under a lock of its
// own. What an attempt means is said in greylist/rule.hpp, how records are kept in store/store.hpp.
#include "decision/greylist_texts.hpp"
#include "decision/keeping.hpp"
#include "decision/step.hpp"
#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"
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
    }
    return rule;
}

greylist::Grouping grouping_of(const Question& question, greylist::Grouping grouping) {
    const auto network = question.greylisting.network;
    const unsigned client_bits = question.request.client_address->bits();
    // Up to 32 it is an IPv4 network's prefix, above an IPv6 network's: nobody has an IPv6 pool of 2^96
    // addresses.
    if (network && (*network <= 32) == (client_bits == 32)) {
        grouping.by_host = false;
        (client_bits == 32 ? grouping.ipv4_prefix : grouping.ipv6_prefix) = *network;
    }
    return grouping;
}

// One request before the open state.
class Asking {
  public:
    // Throws sys::Trouble where the state cannot be opened.
    Asking(Question& question, const greylist::Settings& settings)
        : question_(question), settings_(settings), rule_(rule_of(question, settings.rule)),
          grouping_(grouping_of(question, settings.grouping)),
          client_(greylist::client_of(*question.request.client_address, settings.grouping)),
          address_(greylist::address_of(*question.request.client_address, settings.grouping)),
          state_(question.sources.state(keeping_of(question))) {
        if (state_.fetches_together()) {
            expect_records();
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
        const auto attempt = one_more_attempt();
        if (!attempt) {
            return std::nullopt;
        }
        if (attempt->was_in_future) {
            info("correcting date for first seen in the future");
        }
        if (!attempt->passes) {
            return wait(*attempt);
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
    // What the request may need, for a store that is far away: one trip in place of one for each.
    void expect_records() const {
        std::vector<greylist::Key> keys{triplet_key()};
        if (rule_.auto_whitelist_clients > 0) {
            keys.push_back(client_);
            if (address_ != client_) {
                keys.push_back(address_);
            }
        }
        if (!settings_.header.empty() && !question_.request.instance.empty()) {
            keys.push_back(instance_of(question_.request.instance, grouping_));
        }
        state_.expect(keys);
    }

    [[nodiscard]] greylist::Key triplet_key() const {
        const protocol::Request& request = question_.request;
        return triplet_of(*request.client_address, request.sender, request.recipient, grouping_);
    }

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
        const auto glance = state_.glance(key);
        return (glance.is_certain && !step(glance.seen)) || update(key, step);
    }

    // None where its record could not be read: a client that may be known is not told to wait.
    std::optional<bool> is_auto_whitelisted() {
        if (rule_.auto_whitelist_clients == 0) {
            may_have_passed_ = true; // nothing is counted
            return false;
        }
        const auto is_known = is_auto_whitelisted_as(client_);
        return is_known == false && address_ != client_ ? is_auto_whitelisted_as(address_) : is_known;
    }

    std::optional<bool> is_auto_whitelisted_as(const greylist::Key& client) {
        std::optional<bool> is_known;
        look_and_update(client, [&](const Seen& seen) {
            may_have_passed_ = may_have_passed_ || seen;
            is_known = greylist::is_auto_whitelisted(seen, rule_);
            return *is_known ? seen_again(*seen, question_.now) : std::nullopt;
        });
        return is_known;
    }

    std::optional<greylist::Attempt> one_more_attempt() {
        const greylist::Key key = triplet_key();
        std::optional<greylist::Attempt> attempt;
        const store::Step step = [&](const Seen& seen) -> Seen {
            attempt = greylist::attempt(key, seen, question_.now, rule_);
            return attempt->is_renewal ? Seen{attempt->record} : std::nullopt;
        };
        const bool is_remembered = may_have_passed_ ? look_and_update(key, step) : update(key, step);
        // An attempt that nobody remembers can never pass: it must not be told to wait.
        const bool counts = attempt && (is_remembered || attempt->passes);
        return counts ? attempt : std::nullopt;
    }

    void count_first_success() {
        if (rule_.auto_whitelist_clients == 0) {
            return;
        }
        // A count that began under the address alone goes on.
        const Seen of_address = address_ != client_ ? state_.glance(address_).seen : std::nullopt;
        bool is_the_last = false;
        update(client_, [&](const Seen& seen) {
            auto counted = first_success(client_, seen ? seen : of_address, question_.now);
            if (counted) {
                counted->key = client_;
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
        const std::string_view instance = question_.request.instance;
        if (settings_.header.empty() || instance.empty()) {
            return !settings_.header.empty();
        }
        const greylist::Key key = instance_of(instance, grouping_);
        bool is_new = true;
        update(key, [&](const Seen& seen) {
            is_new = !seen;
            return first_header(key, seen, question_.now);
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
                .rule = question_.greylisting_rule};
    }

    void info(std::string text) { question_.remark(protocol::LogLine::Level::info, std::move(text)); }

    Question& question_;
    const greylist::Settings& settings_;
    greylist::Rule rule_;
    greylist::Grouping grouping_;
    greylist::Key client_;
    greylist::Key address_; // of an IPv6 client another one; records of it still count
    store::Store& state_;
    bool may_have_passed_ = false; // a client of whom nothing is counted has no triplet that passed
    bool was_in_trouble_ = false;  // with the state
};

} // namespace

std::optional<Opinion> greylist_step(Question& question, const greylist::Settings& settings) {
    if (!settings.is_on) {
        return std::nullopt;
    }
    Asking asking{question, settings};
    auto opinion = asking.opinion();
    asking.report_remarks();
    return opinion;
}

} // namespace decision
