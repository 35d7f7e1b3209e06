// The step that weighs the client: asks the memory, then the DNS, and remembers. What the answers are worth
// is said in weight/score.hpp.
#include "decision/keeping.hpp"
#include "decision/step.hpp"
#include "decision/weighed.hpp"
#include "decision/weight_memory.hpp"
#include "protocol/action.hpp"
#include "system/trouble.hpp"
#include "weight/lookup.hpp"
#include "weight/number.hpp"

namespace decision {

namespace {

using weight::Verdict;
using Earlier = EarlierVerdict::Kind;

// One request, with the memory where it can be had: without it the client is weighed all the same. It lies in
// the greylist's state, so that there is none without a greylist.
class Weigher {
  public:
    Weigher(Question& question, const weight::Settings& settings, const greylist::Grouping* memory)
        : question_(question), settings_(settings), subject_(weighed_subject(question.request)) {
        if (memory == nullptr) {
            return;
        }
        remembering([&] {
            memory_.emplace(question.sources.state(keeping_of(question)), settings, *memory, question.now);
            memory_->expect(subject_);
        });
    }

    std::optional<Opinion> opinion() {
        auto opinion = said();
        for (std::string& remark : question_.sources.take_state_remarks()) {
            question_.remark(protocol::LogLine::Level::warning, std::move(remark));
        }
        return opinion;
    }

  private:
    std::optional<Opinion> said() {
        if (exemption(subject_)) {
            return passing(false, std::nullopt);
        }
        if (const auto earlier = recalled(&WeightMemory::earlier_of_message)) {
            return as_for_message(*earlier);
        }
        if (const auto retries = recalled(&WeightMemory::refused_again)) {
            return refuse_again(*retries);
        }
        const auto ham = recalled(&WeightMemory::passed_before);
        if (ham && ham->is_enough) {
            return pass_as_before(ham->rate);
        }
        return weigh(ham);
    }

    // Runs what needs the memory; trouble with it is no trouble for the decision.
    template <typename Work>
    void remembering(Work work) {
        try {
            work();
        } catch (const sys::Trouble& trouble) {
            question_.remark(protocol::LogLine::Level::warning,
                             std::string{trouble.what()} + ": weighing without memory");
            memory_.reset();
            question_.sources.close_state();
        }
    }

    template <typename Found>
    Found recalled(Found (WeightMemory::*look)(const weight::Subject&)) {
        Found found;
        if (memory_) {
            remembering([&] { found = ((*memory_).*look)(subject_); });
        }
        return found;
    }

    std::optional<Opinion> weigh(const std::optional<WeightMemory::Ham>& ham) {
        weight::Known known = known_of(question_.request, settings_);
        if (ham) {
            known.earlier_rate = weight::printed(ham->rate);
        }
        if (memory_) {
            remembering([&] { known.dead_lists = dead_lists(); });
        }
        const Weighed weighed = weigh_now(settings_, subject_, known);
        if (weighed.verdict.is_full) {
            question_.remark(protocol::LogLine::Level::info, weighed_line(weighed, subject_));
        }
        const std::optional<double> rate = rate_of(weighed.verdict, ham);
        if (!rate && weighed.verdict.kind == Verdict::Kind::passes) {
            question_.remark(protocol::LogLine::Level::warning, "no weight:" + weighed.verdict.text);
        }
        if (memory_) {
            remembering([&] { remember(weighed.verdict, rate); });
        }
        return opinion_of(weighed.verdict, rate);
    }

    // The earlier rate stands where the lists had nothing against the client.
    static std::optional<double> rate_of(const Verdict& verdict,
                                         const std::optional<WeightMemory::Ham>& ham) {
        if (verdict.is_weighed) {
            return verdict.rate;
        }
        return ham ? std::optional{ham->rate} : std::nullopt;
    }

    std::set<std::string> dead_lists() {
        std::set<std::string> dead;
        for (const auto* lists : {&settings_.lists.dnsbl, &settings_.lists.dnswl, &settings_.lists.rhsbl}) {
            for (const weight::List& list : *lists) {
                if (memory_->is_dead(list.zone)) {
                    dead.insert(list.zone);
                }
            }
        }
        return dead;
    }

    void remember(const Verdict& verdict, std::optional<double> rate) {
        for (const weight::ListNews& news : verdict.lists) {
            memory_->remember_list(news);
        }
        memory_->remember_spam(subject_, verdict);
        if (verdict.is_ham) {
            memory_->remember_ham(subject_, verdict.rate);
        }
        if (verdict.is_for_message) {
            memory_->remember_message(subject_, {kind_of(verdict, rate.has_value()), 0, rate.value_or(0)});
        }
    }

    [[nodiscard]] static Earlier kind_of(const Verdict& verdict, bool has_rate) {
        if (verdict.kind != Verdict::Kind::refused) {
            return verdict.is_listed_good ? Earlier::vouched_for
                   : has_rate             ? Earlier::passed
                                          : Earlier::unweighed;
        }
        if (verdict.is_over_list_limits) {
            return Earlier::listed;
        }
        return verdict.spam == Verdict::Spam::no ? Earlier::deferred : Earlier::rejected;
    }

    std::optional<Opinion> opinion_of(const Verdict& verdict, std::optional<double> rate) {
        if (verdict.kind == Verdict::Kind::refused) {
            return refusal(verdict.text, "weight (rate: " + weight::printed(verdict.rate) + ")");
        }
        set_header(verdict.text);
        return passing(verdict.is_listed_good, rate);
    }

    // No opinion, unless the client need not wait at the greylist. What has no rate, because it was not
    // weighed or the DNS failed, waits there: a client that can bring that about must not gain by it.
    std::optional<Opinion> passing(bool is_vouched_for, std::optional<double> rate) {
        if (is_vouched_for) {
            return pass("allow list");
        }
        if (settings_.greylist_level && rate && *rate < *settings_.greylist_level) {
            return pass("weight (rate: " + weight::printed(*rate) + ")");
        }
        return std::nullopt;
    }

    std::optional<Opinion> as_for_message(const EarlierVerdict& earlier) {
        switch (earlier.kind) {
        case Earlier::passed:
        case Earlier::vouched_for:
            return passing(earlier.kind == Earlier::vouched_for, earlier.rate);
        case Earlier::unweighed:
            return passing(false, std::nullopt);
        case Earlier::rejected:
            return repeated(settings_.texts.reject);
        case Earlier::deferred:
            return repeated(weight::deferred_text(settings_));
        case Earlier::listed:
            return repeated(settings_.list_limits.text);
        case Earlier::spam_anew:
            return repeated(remembered_text(earlier.retries));
        }
        return std::nullopt;
    }

    std::optional<Opinion> refuse_again(unsigned retries) {
        if (memory_) {
            remembering([&] { memory_->remember_message(subject_, {Earlier::spam_anew, retries, 0}); });
        }
        return refusal(remembered_text(retries), "weight (remembered)");
    }

    std::optional<Opinion> pass_as_before(double rate) {
        if (memory_) {
            remembering([&] { memory_->remember_message(subject_, {Earlier::passed, 0, rate}); });
        }
        set_header(" " + settings_.texts.remembered_ham + "; rate:hard: " + weight::printed(rate));
        return passing(false, rate);
    }

    [[nodiscard]] std::string remembered_text(unsigned retries) const {
        const std::string& own = settings_.texts.remembered_spam;
        return refused_again_text(own.empty() ? settings_.texts.reject + " [cached]" : own, retries,
                                  settings_.memory);
    }

    static Opinion repeated(const std::string& text) {
        return refusal(text + " (multirecipient mail)", "weight (same message)");
    }

    static Opinion refusal(const std::string& action, std::string reason) {
        return {action, {.action = std::string{protocol::logged(action)}, .reason = std::move(reason)}};
    }

    static Opinion pass(std::string reason) {
        return {std::string{protocol::no_opinion}, {.action = "pass", .reason = std::move(reason)}};
    }

    void set_header(const std::string& text) {
        if (!settings_.header.empty()) {
            question_.weight_header = settings_.header + ":" + text;
        }
    }

    Question& question_;
    const weight::Settings& settings_;
    weight::Subject subject_;
    std::optional<WeightMemory> memory_;
};

} // namespace

std::optional<Opinion> weight_step(Question& question, const weight::Settings& settings,
                                   const greylist::Grouping* memory) {
    if (!settings.is_on) {
        return std::nullopt;
    }
    return Weigher{question, settings, memory}.opinion();
}

} // namespace decision
