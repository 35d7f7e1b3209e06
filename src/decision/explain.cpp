#include "decision/explain.hpp"

#include "decision/weighed.hpp"
#include "system/text.hpp"
#include "weight/number.hpp"

namespace decision {

namespace {

constexpr std::size_t token_width = 44;
constexpr std::size_t score_width = 9;

std::string padded(std::string_view text, std::size_t width) {
    std::string result{text};
    result.append(width > text.size() ? width - text.size() : 0, ' ');
    return result + ' ';
}

std::string row(std::string_view check, const std::string& score, std::string_view lookup) {
    std::string line = padded(check, token_width) + padded(score, score_width) + sys::cleaned(lookup);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string_view name_of(weight::Type type) {
    switch (type) {
    case weight::Type::a:
        return "A";
    case weight::Type::aaaa:
        return "AAAA";
    case weight::Type::mx:
        return "MX";
    case weight::Type::ptr:
        return "PTR";
    }
    return "?";
}

std::string lookup_line(const weight::Question& question, const weight::Answer& answer) {
    std::string line = padded(name_of(question.type), 5) + question.name + ":";
    for (const sys::Address& address : answer.addresses) {
        line.append(" ").append(address.text());
    }
    for (const std::string& name : answer.names) {
        line.append(" ").append(name);
    }
    const bool is_empty = answer.addresses.empty() && answer.names.empty();
    return sys::cleaned(line.append(answer.failed ? " no answer" : is_empty ? " nothing" : "")) + '\n';
}

std::string verdict_line(const weight::Verdict& verdict) {
    const bool is_refused = verdict.kind == weight::Verdict::Kind::refused;
    return (is_refused ? "refused: " : "passes:") + sys::cleaned(verdict.text) + '\n';
}

} // namespace

std::string explanation(const protocol::Request& request, const weight::Settings& settings) {
    if (!settings.is_on) {
        return "weight = no: the client is not weighed\n";
    }
    if (!request.client_address) {
        return "the client is gone: it is not weighed\n";
    }
    const weight::Subject subject = weighed_subject(request);
    if (const auto exempt = weight::exemption(subject)) {
        return "not weighed: " + sys::cleaned(exempt->text) + '\n';
    }
    const Weighed weighed = weigh_now(settings, subject, known_of(request, settings));
    std::string text = row("CHECK", "SCORE", "LOOKUP");
    for (const weight::Finding& finding : weighed.verdict.findings) {
        const bool is_remark = finding.token.starts_with('(');
        const std::string check =
            is_remark ? finding.token : finding.token.substr(0, finding.token.find('='));
        text += row(sys::cleaned(check), is_remark ? "" : weight::printed(finding.score), finding.because);
    }
    text += "\nrate: " + (weighed.verdict.is_weighed ? weight::printed(weighed.verdict.rate) : "none") +
            '\n' + verdict_line(weighed.verdict) + '\n';
    for (const auto& [question, answer] : weighed.answers) {
        text += lookup_line(question, answer);
    }
    return text + "\ndns: " + std::to_string(weighed.dns_time.count()) + " ms\n";
}

} // namespace decision
