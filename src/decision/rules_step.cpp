// The step that asks the compiled rules: which mail passes, which is refused, and how the greylist is to be asked.
#include "decision/step.hpp"
#include "protocol/action.hpp"
#include "rules/table.hpp"
#include "system/trouble.hpp"

#include <cerrno>

namespace decision {

namespace {

rules::Subject subject_of(const protocol::Request& request) {
    return {
        .client_address = request.client_address,
        .client_name = request.client_name,
        .reverse_client_name = request.reverse_client_name,
        .helo_name = request.helo_name,
        .sender = request.sender,
        .recipient = request.recipient,
        .sasl_username = request.sasl_username,
        .server_address = request.server_address,
    };
}

std::optional<Opinion> opinion_of(const rules::Match& match, Question& question) {
    switch (match.verdict.kind) {
    case rules::Verdict::Kind::pass:
        return Opinion{std::string{protocol::no_opinion}, {"pass", match.reason, {}, match.source}};
    case rules::Verdict::Kind::action:
        return Opinion{match.verdict.action,
                       {std::string{protocol::logged(match.verdict.action)}, match.reason, {}, match.source}};
    case rules::Verdict::Kind::greylist:
        question.greylisting = match.verdict;
        question.greylisting_rule = match.source;
        return std::nullopt;
    case rules::Verdict::Kind::ask:
        question.servers_to_ask = match.verdict.servers;
        question.asking_rule = match.source;
        return std::nullopt;
    }
    return std::nullopt;
}

// The mail does not suffer from it more than by waiting: the greylist decides.
void go_on_without(Question& question, const sys::Trouble& trouble) {
    question.remark(protocol::LogLine::Level::warning,
                    std::string{trouble.what()} + ": going on without rules");
}

} // namespace

std::optional<Opinion> rules_step(Question& question, const rules::Settings& settings) {
    try {
        const rules::Table* const table = question.sources.rules();
        if (table == nullptr) {
            if (settings.path != rules::default_rules) {
                go_on_without(question, sys::Trouble{"open", settings.path, ENOENT});
            }
            return std::nullopt;
        }
        question.longest_retry_window = table->longest_retry_window();
        const auto match = table->match(subject_of(question.request));
        auto remarks = table->remarks();
        for (std::string& remark : remarks) {
            question.remark(protocol::LogLine::Level::warning, std::move(remark));
        }
        if (!remarks.empty()) {
            question.sources.close_rules();
        }
        return match ? opinion_of(*match, question) : std::nullopt;
    } catch (const sys::Trouble& trouble) {
        question.sources.close_rules();
        go_on_without(question, trouble);
        return std::nullopt;
    }
}

} // namespace decision
