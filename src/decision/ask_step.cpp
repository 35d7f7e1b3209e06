// The step that asks other policy servers, one after the other, each once. A server in trouble, or with an
// answer that Postfix would misread, is logged and has no opinion.
#include "ask/exchange.hpp"
#include "ask/question.hpp"
#include "ask/reply.hpp"
#include "decision/step.hpp"
#include "protocol/action.hpp"
#include "rules/access_action.hpp"
#include "system/last_word.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

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
microseconds time_for_one(const Settings& settings) {
    const auto left = sys::last_word::time_left();
    return left ? std::min<microseconds>(settings.ask_timeout, *left - reserve) : settings.ask_timeout;
}

// What a server answered, if it is an action that can be passed on. Throws sys::Trouble: it is none.
std::string answer_of(const ask::Endpoint& server, std::string_view text, const Settings& settings) {
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
    if (const auto wrong = rules::whats_wrong(action)) {
        throw sys::Trouble("ask", server.text, "its action is " + *wrong);
    }
    return action;
}

// One server's opinion. A header is noted.
std::optional<Opinion> opinion_of(const ask::Server& asked, std::string_view text, Question& question) {
    const ask::Endpoint& server = asked.endpoint;
    const std::string action = answer_of(server, text, question.settings);
    const std::string word = protocol::word_of(action);
    const std::string reason = "asked " + sys::log_value(server.text);
    const bool is_ok = word == "ok" || word == "relay";
    if (word == "prepend") {
        question.headers.push_back({std::string{protocol::text_of(action)}, reason});
    }
    if (word == "prepend" || word == "dunno" || (is_ok && question.settings.ask_ok == AskOk::continues)) {
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

std::optional<Opinion> ask_all(Question& question) {
    const Settings& settings = question.settings;
    for (const std::string& name : question.servers_to_ask) {
        if (!is_known(name, settings.servers)) {
            question.remark(protocol::LogLine::Level::warning,
                            "a rule says ask " + sys::log_value(name) + ", which no --ask names");
        }
    }
    const std::string text = settings.servers.empty()
                                 ? std::string{}
                                 : ask::question(question.request.block, settings.ask_context);
    for (const ask::Server& server : settings.servers) {
        if (!is_wanted(server, question)) {
            continue;
        }
        try {
            if (auto opinion = opinion_of(server, text, question)) {
                return opinion;
            }
        } catch (const sys::Trouble& trouble) {
            question.remark(protocol::LogLine::Level::warning,
                            std::string{trouble.what()} + ": going on without its answer");
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Opinion> ask_before_greylist(Question& question) {
    return question.settings.ask_when == AskWhen::before ? ask_all(question) : std::nullopt;
}

std::optional<Opinion> ask_after_greylist(Question& question) {
    return question.settings.ask_when == AskWhen::after ? ask_all(question) : std::nullopt;
}

} // namespace decision
