#include "rules/verdict_text.hpp"

#include "rules/order.hpp"
#include "rules/patterns.hpp"
#include "settings/value.hpp"
#include "system/lines.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace rules {

namespace {

void read_parameter(std::string_view word, Verdict& verdict) {
    const std::size_t equals = std::min(word.size(), word.find('='));
    const std::string_view name = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(word.size(), equals + 1));
    if (word == "always") {
        verdict.always = true;
    } else if (name == "delay") {
        verdict.delay = settings::duration_from(value, settings::second);
    } else if (name == "retry-window") {
        verdict.retry_window = settings::duration_from(value, settings::day);
    } else if (name == "network") {
        verdict.network = settings::prefix_from(value, 128);
    } else {
        throw settings::WrongValue{"delay=, retry-window=, network= or always"};
    }
}

Verdict greylist_from(std::string_view parameters) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::greylist;
    while (!parameters.empty()) {
        const std::string_view word = sys::take_until(parameters, ' ');
        try {
            read_parameter(word, verdict);
        } catch (const settings::WrongValue& wrong) {
            throw Unreadable{"expected " + wrong.expected, std::string{word}};
        }
    }
    return verdict;
}

// As greyonce(8) takes it before the equals sign of --ask.
bool is_server_name(std::string_view word) {
    return std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

Verdict ask_from(std::string_view names) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::ask;
    while (!names.empty()) {
        const std::string_view name = sys::take_until(names, ' ');
        if (!is_server_name(name)) {
            throw Unreadable{"expected the name of a server: letters, digits, - and _", std::string{name}};
        }
        verdict.servers.emplace_back(name);
    }
    if (verdict.servers.empty()) {
        throw Unreadable{"expected the name of a server after ask"};
    }
    return verdict;
}

std::string upper_case(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return result;
}

std::string ask_text(const Verdict& verdict) {
    std::string text = "ask";
    for (const std::string& name : verdict.servers) {
        text.append(" ").append(name);
    }
    return text;
}

} // namespace

Verdict verdict_from(std::string_view text) {
    std::string_view rest = text;
    const std::string_view word = sys::take_until(rest, ' ');
    const std::string name = sys::lower_case(word);
    if (name == "greylist") {
        return greylist_from(rest);
    }
    if (name == "ask") {
        return ask_from(rest);
    }
    Verdict verdict;
    if (name == "pass") {
        if (!rest.empty()) {
            throw Unreadable{"expected nothing after pass", std::string{rest}};
        }
        return verdict;
    }
    if (word.empty()) {
        throw Unreadable{
            "expected a verdict: pass, greylist, ask NAME, reject TEXT, defer TEXT or another action"};
    }
    verdict.kind = Verdict::Kind::action;
    verdict.action = upper_case(word);
    if (!rest.empty()) {
        verdict.action.append(" ").append(rest);
    }
    return verdict;
}

std::string text_of(const Verdict& verdict) {
    switch (verdict.kind) {
    case Verdict::Kind::pass:
        return "pass";
    case Verdict::Kind::action:
        return verdict.action;
    case Verdict::Kind::ask:
        return ask_text(verdict);
    case Verdict::Kind::greylist:
        break;
    }
    std::string text = "greylist";
    if (verdict.delay) {
        text += " delay=" + std::to_string(verdict.delay->count());
    }
    if (verdict.retry_window) {
        text += " retry-window=" + std::to_string(verdict.retry_window->count()) + "s";
    }
    if (verdict.network) {
        text += " network=" + std::to_string(*verdict.network);
    }
    return verdict.always ? text + " always" : text;
}

} // namespace rules
