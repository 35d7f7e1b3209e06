// The step that remembers whom ours write to: an answer from there need not wait. It decides nothing, and its trouble
// is nobody's who sends.
#include "decision/keeping.hpp"
#include "decision/step.hpp"
#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"
#include "store/store.hpp"
#include "system/trouble.hpp"

namespace decision {

std::optional<Opinion> learn_step(Question& question, const greylist::Settings& settings) {
    const protocol::Request& request = question.request;
    if (!settings.is_on || !settings.knows_correspondents || request.protocol_state != "RCPT" ||
        !is_outgoing(request)) {
        return std::nullopt;
    }
    const auto key = greylist::correspondent_of(request.recipient, request.sender, settings.grouping);
    if (!key) {
        return std::nullopt;
    }
    try {
        store::Store& state = question.sources.state(keeping_of(question));
        const auto glance = state.glance(*key);
        if (!glance.is_certain || first_success(*key, glance.seen, question.now)) {
            state.update(*key, [&](const std::optional<greylist::Record>& seen) {
                return first_success(*key, seen, question.now);
            });
        }
        remark_on(state, question);
    } catch (const sys::Trouble& trouble) {
        question.remark(protocol::LogLine::Level::warning,
                        std::string{trouble.what()} + ": going on without what is sent");
        question.sources.close_state();
    }
    return std::nullopt;
}

} // namespace decision
