#include "policy/log_line.hpp"

#include "rules/access_action.hpp"

namespace policy {

namespace {

// Blanks are written %20, so that a value cannot look like more fields.
void add_value(std::string& line, std::string_view value) {
    for (const char c : value) {
        if (c == ' ') {
            line.append("%20");
        } else {
            line += c;
        }
    }
}

// Appends ", name=value" where there is a value.
void add(std::string& line, std::string_view name, std::string_view value) {
    if (value.empty()) {
        return;
    }
    line.append(", ").append(name).append("=");
    add_value(line, value);
}

} // namespace

std::string_view logged(std::string_view action) {
    switch (rules::outcome_of(action)) {
    case rules::Outcome::defer:
        return "defer";
    case rules::Outcome::reject:
        return "reject";
    case rules::Outcome::pass:
        return "pass";
    }
    return {};
}

std::string decision_line(const Account& account, const Request& request, bool is_dry_run) {
    std::string line;
    if (!request.queue_id.empty()) {
        add_value(line, request.queue_id);
        line.append(": ");
    }
    line.append("action=").append(account.action).append(", reason=").append(account.reason);
    if (account.delay) {
        add(line, "delay", std::to_string(account.delay->count()));
    }
    add(line, "client_name", request.client_name);
    add(line, "client_address", request.client_address ? request.client_address->text() : "unknown");
    add(line, "sender", request.sender);
    add(line, "recipient", request.recipient);
    add(line, "rule", account.rule);
    if (is_dry_run) {
        line.append(", dry-run");
    }
    return line;
}

} // namespace policy
