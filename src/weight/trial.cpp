#include "weight/trial.hpp"

namespace weight {

namespace {

// What must be on a list and what must not, as names below its zone. Of IPv6 the addresses are ::ffff:7f00:2
// and ::ffff:7f00:1.
constexpr std::string_view listed_ipv4 = "2.0.0.127.";
constexpr std::string_view absent_ipv4 = "1.0.0.127.";
constexpr std::string_view listed_ipv6 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";
constexpr std::string_view absent_ipv6 = "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";
constexpr std::string_view listed_domain = "test.";
constexpr std::string_view absent_domain = "invalid.";

Question under(std::string_view name, const List& list) {
    return {std::string(name).append(list.zone), Type::a};
}

Answer answer_to(std::string_view name, const List& list, const Answers& answers) {
    const auto found = answers.find(under(name, list));
    return found == answers.end() ? Answer{.failed = true} : found->second;
}

bool is_listed(const List& list, const Answer& answer) {
    const List any{list.zone, 1, 0, list.name};
    return judge(any, answer.addresses).kind == Listing::Kind::listed;
}

std::string failure(const List& list, std::string_view listed, std::string_view absent,
                    const Answers& answers) {
    const Answer must = answer_to(listed, list, answers);
    const Answer must_not = answer_to(absent, list, answers);
    const List any{list.zone, 1, 0, list.name};
    if (must.failed || must_not.failed) {
        return "dead: no answer";
    }
    if (judge(any, must.addresses).kind == Listing::Kind::failed) {
        return "refuses to answer us: " + must.addresses.front().text();
    }
    if (!must_not.addresses.empty()) {
        return "answers everything: its entry for what is never listed is " +
               must_not.addresses.front().text();
    }
    if (!is_listed(list, must)) {
        return "dead: its test entry is missing";
    }
    return {};
}

ListReport address_report(const List& list, const Answers& answers) {
    const std::string why = failure(list, listed_ipv4, absent_ipv4, answers);
    if (!why.empty()) {
        return {list.zone, false, why};
    }
    const Answer absent = answer_to(absent_ipv6, list, answers);
    if (!absent.addresses.empty()) {
        return {list.zone, false, "answers every IPv6 address: " + absent.addresses.front().text()};
    }
    const bool has_ipv6 = is_listed(list, answer_to(listed_ipv6, list, answers));
    return {list.zone, true, has_ipv6 ? "ok, IPv4 and IPv6" : "ok, IPv4 only"};
}

ListReport name_report(const List& list, const Answers& answers) {
    const std::string why = failure(list, listed_domain, absent_domain, answers);
    return {list.zone, why.empty(), why.empty() ? "ok" : why};
}

} // namespace

std::set<Question> trial_questions(const Lists& lists) {
    std::set<Question> questions;
    for (const auto* list_set : {&lists.dnsbl, &lists.dnswl}) {
        for (const List& list : *list_set) {
            for (const std::string_view name : {listed_ipv4, absent_ipv4, listed_ipv6, absent_ipv6}) {
                questions.insert(under(name, list));
            }
        }
    }
    for (const List& list : lists.rhsbl) {
        questions.insert(under(listed_domain, list));
        questions.insert(under(absent_domain, list));
    }
    return questions;
}

std::vector<ListReport> trial_reports(const Lists& lists, const Answers& answers) {
    std::vector<ListReport> reports;
    for (const auto* list_set : {&lists.dnsbl, &lists.dnswl}) {
        for (const List& list : *list_set) {
            reports.push_back(address_report(list, answers));
        }
    }
    for (const List& list : lists.rhsbl) {
        reports.push_back(name_report(list, answers));
    }
    return reports;
}

} // namespace weight
