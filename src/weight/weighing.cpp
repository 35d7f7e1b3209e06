#include "weight/weighing.hpp"

#include "weight/names.hpp"
#include "weight/number.hpp"

#include <algorithm>

namespace weight {

namespace {

const Answer nothing;

} // namespace

const Answer& Weighing::answer_to(std::string_view name, Type type) {
    const std::string question = asked_name(name);
    if (!can_be_asked(question)) {
        return nothing;
    }
    const auto known_answer = answers.find({question, type});
    if (known_answer == answers.end()) {
        is_complete = false;
        return nothing;
    }
    return known_answer->second;
}

const Answer& Weighing::ask_list(std::string_view name) {
    return answer_to(name, Type::a);
}

const Answer& Weighing::ask(std::string_view name, Type type) {
    const Answer& answer = answer_to(name, type);
    a_name_has_failed = a_name_has_failed || answer.failed;
    return answer.failed ? nothing : answer;
}

void Weighing::add(std::string_view plain_token, double score, std::string because) {
    rate += score;
    verdict.findings.push_back(
        {std::string(plain_token).append("=").append(printed(score)), score, std::move(because)});
}

void Weighing::note(std::string token) {
    verdict.findings.push_back({std::move(token), 0, {}});
}

void Weighing::count_list(const List& list, ListNews::Kind kind) {
    verdict.lists.push_back({list.zone, kind});
    if (kind == ListNews::Kind::skipped) {
        return;
    }
    ++lists_asked;
    if (kind == ListNews::Kind::answered) {
        ++lists_answered;
        return;
    }
    ++list_errors;
    if (!has_too_many_errors() && list_errors >= settings.max_dns_errors) {
        too_many_errors_in = list.zone + " lookups";
    }
}

bool Weighing::dns_is_away() const {
    if (!a_name_has_failed || lists_answered > 0) {
        return false;
    }
    // Only lists, which we chose, tell our DNS from the client's; where none was asked, any answer has to do.
    return lists_asked > 0 || std::ranges::all_of(answers, [](const auto& one) { return one.second.failed; });
}

Verdict Weighing::no_rate() {
    verdict.kind = Verdict::Kind::passes;
    verdict.text = std::string(" ")
                       .append(settings.texts.too_many_errors)
                       .append(" in ")
                       .append(has_too_many_errors() ? too_many_errors_in : "all lookups");
    verdict.is_for_message = true;
    return verdict;
}

bool Weighing::is_sender_address(const sys::Address& address) const {
    return std::ranges::find(sender_addresses, address) != sender_addresses.end();
}

} // namespace weight
