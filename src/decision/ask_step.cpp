// The step that asks other policy servers, one after the other, each once. A server in trouble, or with an
// answer that Postfix would misread, is logged and has no opinion.
#include "ask/exchange.hpp"
#include "ask/question.hpp"
#include "ask/reply.hpp"
#include "decision/step.hpp"
#include "protocol/action.hpp"
#include "settings/action.hpp"
#include "system/last_word.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "system/waiting.hpp"

#include <algorithm>

namespace decision {

namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

// What remains of the deadline for the rest of the way, when the servers had their time.
constexpr microseconds reserve = 200ms;

bool is_wanted(const ask::Server& server, const Question& question) {
    const auto& names = question.servers_to_ask;
    return server.name.empty() || std::find(names.begin(), names.end(), server.name) != names.end();
}

// How long a server may take now.
microseconds time_for_one(const ask::Settings& settings) {
    const auto left = sys::last_word::time_left();
    return left ? std::min<microseconds>(settings.timeout, *left - reserve) : settings.timeout;
}

// What a server answered, if it is an action that can be passed on. Throws sys::Trouble: it is none.
std::string answer_of(const ask::Endpoint& server, std::string_view text, const ask::Settings& settings) {
    sys::before_waiting();
    const microseconds time = time_for_one(settings);
    if (time <= 0us) {
        throw sys::Trouble("ask", server.text, "no time is left");
    }
    ask::Reply reply = ask::parse_reply(ask::exchange(server, text, time));
    if (!reply.wrong.empty()) {
        throw sys::Trouble("ask", server.text, "its answer has " + reply.wrong);
    }
    // A restriction of Postfix's that is an action by another name; the others nobody can act upon but
    // Postfix itself.
    std::string action = protocol::word_of(reply.action) == "permit" ? "OK" : std::move(reply.action);
    if (const auto wrong = settings::whats_wrong(action)) {
        throw sys::Trouble("ask", server.text, "its action is " + *wrong);
    }
    return action;
}

// A Received-SPF header (RFC 7208, 9.1) begins with the result. What the mail server has said itself goes before it.
void note_spf(std::string_view header, Question& question) {
    constexpr std::string_view name = "received-spf:";
    const std::string text = sys::lower_case(header);
    const std::size_t start = text.find_first_not_of(' ', name.size());
    if (question.spf_result.empty() && text.starts_with(name) && start != std::string::npos) {
        question.spf_result = text.substr(start, text.find_first_of(" (;", start) - start);
    }
}

// One server's opinion. A header is noted.
std::optional<Opinion> opinion_of(const ask::Server& asked, std::string_view text, Question& question,
                                  const ask::Settings& settings) {
    const ask::Endpoint& server = asked.endpoint;
    const std::string action = answer_of(server, text, settings);
    const std::string word = protocol::word_of(action);
    const std::string reason = "asked " + sys::log_value(server.text);
    const bool is_ok = word == "ok" || word == "relay";
    if (word == "prepend") {
        note_spf(protocol::text_of(action), question);
        question.headers.push_back({std::string{protocol::text_of(action)}, reason});
    }
    if (word == "prepend" || word == "dunno" || (is_ok && settings.ok == ask::Ok::continues)) {
        return std::nullopt;
    }
    return Opinion{action,
                   {.action = std::string{protocol::logged(action)},
                    .reason = reason,
                    .delay = {},
                    .rule = asked.name.empty() ? "" : question.asking_rule}};
}

bool is_known(const std::string& name, const std::vector<ask::Server>& servers) {
    return std::any_of(servers.begin(), servers.end(),
                       [&](const ask::Server& server) { return server.name == name; });
}

} // namespace

std::optional<Opinion> ask_step(Question& question, const ask::Settings& settings) {
    for (const std::string& name : question.servers_to_ask) {
        if (!is_known(name, settings.servers)) {
            question.remark(protocol::LogLine::Level::warning,
                            "a rule says ask " + sys::log_value(name) + ", which no --ask names");
        }
    }
    const std::string text =
        settings.servers.empty() ? std::string{} : ask::question(question.request.block, settings.context);
    for (const ask::Server& server : settings.servers) {
        if (!is_wanted(server, question)) {
            continue;
        }
        try {
            if (auto opinion = opinion_of(server, text, question, settings)) {
                return opinion;
            }
        } catch (const sys::Trouble& trouble) {
            question.remark(protocol::LogLine::Level::warning,
                            std::string{trouble.what()} + ": going on without its answer");
        }
    }
    return std::nullopt;
}

} // namespace decision
