#include "weight/weighing.hpp"

#include "weight/names.hpp"
#include "weight/number.hpp"

#include <algorithm>

namespace weight {

const Answer& Weighing::ask(std::string_view name, Type type) {
    static const Answer nothing;
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

void Weighing::add(std::string_view plain_token, double score, std::string because) {
    rate += score;
    verdict.findings.push_back(
        {std::string(plain_token).append("=").append(printed(score)), score, std::move(because)});
}

void Weighing::note(std::string token) {
    verdict.findings.push_back({std::move(token), 0, {}});
}

std::optional<Verdict> Weighing::count_error(std::string_view where) {
    errors_left -= errors_left > 0 ? 1 : 0;
    if (errors_left > 0) {
        return std::nullopt;
    }
    verdict.kind = Verdict::Kind::passes;
    verdict.text = std::string(" ").append(settings.texts.too_many_errors).append(" in ").append(where);
    verdict.is_for_message = true;
    return verdict;
}

bool Weighing::is_sender_address(const sys::Address& address) const {
    return std::ranges::find(sender_addresses, address) != sender_addresses.end();
}

} // namespace weight
