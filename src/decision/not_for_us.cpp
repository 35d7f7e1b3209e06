// The first step: requests that are not for a greylist to decide.
#include "decision/step.hpp"
#include "protocol/action.hpp"

namespace decision {

namespace {

Opinion none(std::string reason) {
    return {std::string{protocol::no_opinion}, {.action = "pass", .reason = std::move(reason)}};
}

} // namespace

std::optional<Opinion> not_for_us(Question& question) {
    const protocol::Request& request = question.request;
    if (request.protocol_state != "RCPT") {
        return none("not at RCPT");
    }
    if (!request.sasl_username.empty()) {
        return none("authenticated");
    }
    if (is_outgoing(request)) {
        return none("outgoing");
    }
    if (!request.client_address) {
        return none("client is gone");
    }
    return std::nullopt;
}

} // namespace decision
