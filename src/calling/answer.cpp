#include "calling/answer.hpp"

#include "decision/decide.hpp"
#include "decision/explain.hpp"
#include "protocol/action.hpp"
#include "protocol/framing.hpp"
#include "protocol/request.hpp"
#include "settings/action.hpp"

#include <chrono>
#include <exception>
#include <variant>

namespace calling {

namespace {

using protocol::LogLine;

// What a client may have caused: it waits.
Answer malformed(const decision::Settings& settings, const std::string& why) {
    const std::string action = settings.dry_run ? std::string{protocol::no_opinion} : settings.on_malformed;
    return {.action = action,
            .status = status::trouble,
            .log = {{LogLine::Level::warning, "malformed request: " + why + ": answering " + action}},
            .is_malformed = true};
}

std::optional<sys::Time> time_of(const protocol::Request& request, Clock clock) {
    return clock == Clock::request ? protocol::test_time(request)
                                   : std::chrono::floor<sys::Seconds>(std::chrono::system_clock::now());
}

// The request that the arguments are, as it would stand in a stream; or why there is none.
std::variant<protocol::Collector, protocol::Malformed> request_of(const Invocation& call) {
    protocol::Collector request;
    if (call.base64) {
        const auto block = protocol::from_base64(*call.base64);
        if (!block) {
            return protocol::Malformed{"no base64"};
        }
        request.take(*block);
        return request;
    }
    for (const std::string& attribute : call.attributes) {
        if (attribute.find('\n') != std::string::npos) {
            return protocol::Malformed{"a newline in an argument"};
        }
        request.take(attribute);
        request.take("\n");
    }
    return request;
}

std::string explanation(const protocol::Request& request, const decision::Settings& settings,
                        decision::Sources& sources, sys::Time now) {
    const std::string weight = decision::explanation(request, settings.weight.value_or(weight::Settings{}));
    return request.client_address
               ? weight + '\n' + decision::greylist_explanation(request, settings, sources, now)
               : weight;
}

} // namespace

std::string Answer::text() const {
    return explanation ? *explanation : protocol::reply(action);
}

Answer answer_to(std::string_view block, const Invocation& call, decision::Sources& sources) {
    const auto parsed = protocol::parse_request(block);
    if (const auto* wrong = std::get_if<protocol::Malformed>(&parsed)) {
        return malformed(call.decision, wrong->reason);
    }
    const auto& request = std::get<protocol::Request>(parsed);
    const auto now = time_of(request, call.calling.clock);
    if (!now) {
        return malformed(call.decision, "no policy_test_time attribute, expected a time for --clock request");
    }
    if (call.explain) {
        return {.action = {}, .explanation = explanation(request, call.decision, sources, *now)};
    }
    decision::Decision decision = decision::decide(request, call.decision, sources, *now);
    if (call.calling.log != LogTo::none) {
        decision.log.push_back({LogLine::Level::info,
                                protocol::decision_line(decision.account, request, call.decision.dry_run)});
    }
    return {std::move(decision.action), decision.was_in_trouble ? status::trouble : status::decided,
            std::move(decision.log)};
}

Answer answer_to_arguments(const Invocation& call, decision::Sources& sources) {
    auto request = request_of(call);
    if (const auto* wrong = std::get_if<protocol::Malformed>(&request)) {
        return malformed(call.decision, wrong->reason);
    }
    return answer_to(std::get<protocol::Collector>(request).block(), call, sources);
}

Answer trouble(const decision::Settings& settings, const std::string& what) {
    return {settings.on_error,
            status::trouble,
            {{LogLine::Level::warning, what + ": answering " + settings.on_error}}};
}

Answer refusal(const Invocation& call) {
    Answer answer{call.decision.on_error, status::wrong_options};
    for (const std::string& complaint : call.complaints) {
        answer.log.push_back({LogLine::Level::warning, complaint});
    }
    return answer;
}

int exit_status(std::string_view action, int otherwise, const Settings& settings) {
    if (!settings.exit_status) {
        return otherwise;
    }
    switch (settings::outcome_of(action)) {
    case settings::Outcome::pass:
        return status::decided;
    case settings::Outcome::defer:
        return status::deferred;
    case settings::Outcome::reject:
        return status::rejected;
    }
    return otherwise;
}

} // namespace calling
