// The step that asks the greylist: client, triplet and message, one after the other, each under a lock of its
// own. What an attempt means is said in greylist/rule.hpp, how records are kept in store/store.hpp.
#include "decision/greylist_texts.hpp"
#include "decision/keeping.hpp"
#include "decision/step.hpp"
#include "greylist/organisation.hpp"
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
        rule.auto_whitelist_pairs = 0;
    }
    return rule;
}

// Whether a rule says how large the client's network is. Up to 32 it is an IPv4 network's prefix, above an IPv6
// network's: nobody has an IPv6 pool of 2^96 addresses.
bool has_own_network(const Question& question) {
    const auto network = question.greylisting.network;
    return network && (*network <= 32) == (question.request.client_address->bits() == 32);
}

greylist::Grouping grouping_of(const Question& question, greylist::Grouping grouping) {
    if (has_own_network(question)) {
        grouping.by_host = false;
        (question.request.client_address->bits() == 32 ? grouping.ipv4_prefix : grouping.ipv6_prefix) =
            *question.greylisting.network;
    }
    return grouping;
}

// Of which the list of public suffixes is asked only where something depends on it.
greylist::Organisation organisation_of(const Question& question, const greylist::Settings& settings) {
    const bool is_wanted = settings.grouping.by_organisation || settings.knows_correspondents ||
                           settings.names == greylist::Names::suspect;
    const protocol::Request& request = question.request;
    return is_wanted
               ? greylist::organisation_of(request.client_name, *request.client_address, question.spf_result)
               : greylist::Organisation{};
}

// One request before the open state.
class Asking {
  public:
    // Throws sys::Trouble where the state cannot be opened.
    // `organisation`: empty where the client has none, or nothing depends on it.
    Asking(Question& question, const greylist::Settings& settings, std::string organisation)
        : question_(question), settings_(settings), rule_(rule_of(question, settings.rule)),
          grouping_(grouping_of(question, settings.grouping)), organisation_(std::move(organisation)),
          counts_as_(grouping_.by_organisation && !has_own_network(question) ? organisation_ : ""),
          pair_(rule_.auto_whitelist_pairs > 0 ? pair_under(counts_as_) : std::nullopt),
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
        const auto is_known_pair = pair_ ? is_known_as_pair(*pair_) : false;
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
    // What the request may need, for a store that is far away: one trip in place of one for each.
    void expect_records() const {
        std::vector<greylist::Key> keys{triplet_key()};
        if (rule_.auto_whitelist_clients > 0) {
            keys.push_back(client_);
            if (address_ != client_) {
                keys.push_back(address_);
            }
        }
        const std::initializer_list<std::optional<greylist::Key>> others{
            pair_, triplet_before(), pair_before(), correspondent(), message()};
        for (const auto& key : others) {
            if (key) {
                keys.push_back(*key);
            }
        }
        if (!settings_.header.empty() && !question_.request.instance.empty()) {
            keys.push_back(instance_of(question_.request.instance, grouping_));
        }
        state_.expect(keys);
    }

    [[nodiscard]] greylist::Key triplet_key() const {
        const protocol::Request& request = question_.request;
        return triplet_of(*request.client_address, request.sender, request.recipient, grouping_, counts_as_);
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
        const auto is_known = is_auto_whitelisted_as(client_);
        return is_known == false && address_ != client_ ? is_auto_whitelisted_as(address_) : is_known;
    }

    std::optional<bool> is_auto_whitelisted_as(const greylist::Key& client) {
        return is_known(client, [this](const Seen& seen) {
            may_have_passed_ = may_have_passed_ || seen || !counts_as_.empty();
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

    [[nodiscard]] std::optional<greylist::Key> pair_under(std::string_view organisation) const {
        const protocol::Request& request = question_.request;
        return pair_of(*request.client_address, request.sender, grouping_, organisation);
    }

    // Why a mail that would wait need not; none where it has to. Asked last, so that who is known does not pay for it.
    std::optional<std::string_view> spared(const greylist::Key& triplet) {
        if (has_passed_before(triplet)) {
            return "triplet found";
        }
        if (question_.greylisting.always) {
            return std::nullopt;
        }
        if (pair_ && has_been_known_before(*pair_)) {
            return "pair AWL";
        }
        if (is_answer()) {
            note_that_one_passed();
            return "correspondent";
        }
        return has_one_passed() ? std::optional<std::string_view>{"message passed"} : std::nullopt;
    }

    // Its key under its network, before clients counted as organisations.
    [[nodiscard]] std::optional<greylist::Key> triplet_before() const {
        if (!grouping_.by_organisation) {
            return std::nullopt;
        }
        const protocol::Request& request = question_.request;
        greylist::Grouping before = grouping_;
        before.by_organisation = false;
        return triplet_of(*request.client_address, request.sender, request.recipient, before);
    }

    // The same of a pair.
    [[nodiscard]] std::optional<greylist::Key> pair_before() const {
        return pair_ && !counts_as_.empty() ? pair_under({}) : std::nullopt;
    }

    // Whether it has passed under its network: nobody waits twice because clients count as organisations now.
    bool has_passed_before(const greylist::Key& triplet) {
        const auto old = triplet_before();
        const Seen seen = old && *old != triplet ? look(*old) : std::nullopt;
        Seen record = taken_over(triplet, seen, question_.now, rule_);
        return record && update(triplet, [&](const Seen& /*seen*/) { return record; });
    }

    // The same of a pair.
    bool has_been_known_before(const greylist::Key& pair) {
        const auto old = pair_before();
        Seen seen = old ? look(*old) : std::nullopt;
        if (!greylist::is_known_pair(seen, question_.now, rule_)) {
            return false;
        }
        seen->key = pair;
        return update(pair, [&](const Seen& /*seen*/) { return seen; });
    }

    // None where nothing is learnt of whom ours write to, or it could not count: a client that only claims to be from
    // there has no organisation more often than not.
    [[nodiscard]] std::optional<greylist::Key> correspondent() const {
        if (!settings_.knows_correspondents || organisation_.empty()) {
            return std::nullopt;
        }
        const protocol::Request& request = question_.request;
        return correspondent_of(request.sender, request.recipient, grouping_);
    }

    // Whether the recipient has written to the sender's domain.
    bool is_answer() {
        const auto key = correspondent();
        return key && look(*key);
    }

    // None where a message has no name, or is one from nobody, whose recipients have nothing in common.
    [[nodiscard]] std::optional<greylist::Key> message() const {
        const protocol::Request& request = question_.request;
        if (!settings_.has_one_verdict || request.instance.empty() || request.sender.empty()) {
            return std::nullopt;
        }
        return instance_of(std::string{request.instance} + " passed", grouping_);
    }

    bool has_one_passed() {
        const auto key = message();
        return key && look(*key);
    }

    void note_that_one_passed() {
        if (const auto key = message()) {
            look_and_update(*key, [&](const Seen& seen) { return first_header(*key, seen, question_.now); });
        }
    }

    std::optional<greylist::Attempt> one_more_attempt() {
        const greylist::Key key = triplet_key();
        std::optional<greylist::Attempt> attempt;
        const store::Step step = [&](const Seen& seen) -> Seen {
            attempt = greylist::attempt(key, seen, question_.now, rule_);
            return attempt->is_renewal ? Seen{attempt->record} : std::nullopt;
        };
        const bool is_remembered =
            may_have_passed_ ? settle(state_.glance_at_stored(key), key, step) : update(key, step);
        // An attempt that nobody remembers can never pass: it must not be told to wait.
        const bool counts = attempt && (is_remembered || attempt->passes);
        return counts ? attempt : std::nullopt;
    }

    void count_first_success() {
        if (pair_) {
            update(*pair_, [&](const Seen& seen) { return first_success(*pair_, seen, question_.now); });
        }
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
                .rule = question_.greylisting_rule,
                .client_key = grouping_.by_organisation
                                  ? client_field(*question_.request.client_address, grouping_, counts_as_)
                                  : ""};
    }

    void info(std::string text) { question_.remark(protocol::LogLine::Level::info, std::move(text)); }

    Question& question_;
    const greylist::Settings& settings_;
    greylist::Rule rule_;
    greylist::Grouping grouping_;
    std::string organisation_;
    std::string counts_as_; // the organisation; empty: its network
    std::optional<greylist::Key> pair_;
    greylist::Key client_;
    greylist::Key address_; // of an IPv6 client another one; records of it still count
    store::Store& state_;
    bool may_have_passed_ = false; // a client of whom nothing is counted has no triplet that passed
    bool was_in_trouble_ = false;  // with the state
};

} // namespace

std::string client_key_of(const Question& question, const greylist::Settings& settings) {
    const auto grouping = grouping_of(question, settings.grouping);
    const bool may_be_organisation = grouping.by_organisation && !has_own_network(question);
    return client_field(*question.request.client_address, grouping,
                        may_be_organisation ? organisation_of(question, settings).domain : "");
}

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
