#include "protocol/log_line.hpp"

#include "settings/action.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace protocol {

namespace {

// Appends ", name=value" where there is a value.
void add(std::string& line, std::string_view name, std::string_view value) {
    if (value.empty()) {
        return;
    }
    line.append(", ").append(name).append("=").append(sys::log_value(value));
}

} // namespace

std::string_view logged(std::string_view action) {
    switch (settings::outcome_of(action)) {
    case settings::Outcome::defer:
        return "defer";
    case settings::Outcome::reject:
        return "reject";
    case settings::Outcome::pass:
        return "pass";
    }
    return {};
}

std::string as_logged(const LogLine& line) {
    constexpr std::string_view cut_here = "...";
    const bool is_warning = line.level == LogLine::Level::warning;
    std::string text = sys::cleaned((is_warning ? "warning: " : "") + line.text);
    if (text.size() > longest_log_text) {
        text = sys::cleaned(text, longest_log_text - cut_here.size()).append(cut_here);
    }
    return text;
}

std::string logged_client(std::string_view name, const std::string& address) {
    std::string text = sys::log_value(name);
    std::replace(text.begin(), text.end(), '[', '?');
    std::replace(text.begin(), text.end(), ']', '?');
    return text.append("[").append(address).append("]");
}

std::string decision_line(const Account& account, const Request& request, bool is_dry_run) {
    std::string line;
    if (!request.queue_id.empty()) {
        line.append(sys::log_value(request.queue_id)).append(": ");
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
    add(line, "client_key", account.client_key);
    return line;
}

} // namespace protocol
