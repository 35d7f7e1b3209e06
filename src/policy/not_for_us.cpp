// The first step: requests that are not for a greylist to decide.
#include "policy/action.hpp"
#include "policy/step.hpp"

namespace policy {

namespace {

Opinion none(std::string reason) {
    return {std::string{no_opinion}, {.action = "pass", .reason = std::move(reason)}};
}

} // namespace

std::optional<Opinion> not_for_us(Question& question) {
    const Request& request = question.request;
    if (request.protocol_state != "RCPT") {
        return none("not at RCPT");
    }
    if (!request.sasl_username.empty()) {
        return none("authenticated");
    }
    if (!request.client_address) {
        return none("client is gone");
    }
    return std::nullopt;
}

} // namespace policy
