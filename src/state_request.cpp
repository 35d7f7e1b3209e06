#include "state_request.hpp"

#include "greylist/kind.hpp"
#include "greylist/organisation.hpp"
#include "options.hpp"
#include "rules/table.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace state_request {
namespace {

using command::Misuse;
using greylist::Kind;
using greylist::Selection;

Kind kind_from(const std::string& name) {
    const auto* row = greylist::row_named(name);
    return row == nullptr ? throw settings::WrongValue{greylist::kind_list(", ", " or ")} : row->kind;
}

// An address, or the name of a server of an organisation, whichever it is.
void select_client(const std::string& text, Selection& selection) {
    selection.client = sys::Address::parse(text);
    const std::string name = sys::lower_case(text);
    if (!selection.client && !greylist::is_domain(name)) {
        throw settings::WrongValue{"an IP address, or an organisation's name"};
    }
    selection.organisation =
        selection.client ? std::nullopt : std::optional{greylist::registrable_domain(name)};
}

greylist::Network network_from(const std::string& text) {
    const auto network = greylist::Network::parse(text);
    return network ? *network : throw settings::WrongValue{"ADDRESS/PREFIX"};
}

using Option = settings::Option<Request>;
using settings::Choice;
using settings::OneOf;
using settings::option;
using settings::option_without_default;
using T = std::string;

constexpr std::array<Choice<std::string_view>, 2> list_formats{{{"text", "text"}, {"json", "json"}}};
constexpr std::array<Choice<std::string_view>, 2> stats_formats{
    {{"text", "text"}, {"prometheus", "prometheus"}}};
constexpr std::array<Choice<std::string_view>, 3> export_formats{
    {{"greyonce", "greyonce"}, {"postgrey", "postgrey"}, {"postgrey-clients", "postgrey-clients"}}};

const Option config = option_without_default<settings::File, &Request::config>(
    "config", "a configuration in place of /etc/greyonce/greyonce.conf");
const Option password = option_without_default<settings::File, &Request::password_file>(
    "state-password-file", "has the password for a redis: state, in place of the configured one");
const Option by_client{"client", "records of the client with this address, or of this organisation", "CLIENT",
                       nullptr,  [](Request& r, const T& v) { select_client(v, r.selection); },      nullptr};
const Option by_network{"network",
                        "records of the clients in this network",
                        "ADDRESS/PREFIX",
                        nullptr,
                        [](Request& r, const T& v) { r.selection.network = network_from(v); },
                        nullptr};
const Option by_sender = option_without_default<settings::Text, &Request::selection, &Selection::sender>(
    "sender", "records of this sender, or of all in a domain", "ADDRESS|@DOMAIN");
const Option by_recipient =
    option_without_default<settings::Text, &Request::selection, &Selection::recipient>(
        "recipient", "records of this recipient, or of all in a domain", "ADDRESS|@DOMAIN");
const std::string kind_help = "records of this kind: " + greylist::kind_list(", ", " or ");
const Option by_kind{"kind",
                     kind_help.c_str(),
                     "KIND",
                     nullptr,
                     [](Request& r, const T& v) { r.selection.kind = kind_from(v); },
                     nullptr};
const Option passing_client{"client", "the client that need not wait", "CLIENT", nullptr, by_client.set,
                            nullptr};
const Option passing_sender{"sender",          "only with this sender and recipient, or with all of a domain",
                            "ADDRESS|@DOMAIN", nullptr,
                            by_sender.set,     nullptr};
const Option passing_recipient{
    "recipient", "only with this sender and recipient", "ADDRESS", nullptr, by_recipient.set, nullptr};
const Option list_format = option<OneOf<list_formats>, &Request::format>("format", "text or json", "FORMAT");
const Option stats_format =
    option<OneOf<stats_formats>, &Request::format>("format", "text or prometheus", "FORMAT");
const Option to =
    option<OneOf<export_formats>, &Request::to>("to", "greyonce, postgrey or postgrey-clients", "FORMAT");
const Option from = option_without_default<settings::Text, &Request::from>(
    "from", "greyonce, postgrey, greylistd, milter-greylist, spamdb, sqlgrey or log", "FORMAT");
const Option input{"input", "a file to read; repeats (default: standard input)",   "FILE",
                   nullptr, [](Request& r, const T& v) { r.inputs.push_back(v); }, nullptr};
const Option outgoing = option_without_default<settings::Flag, &Request::outgoing>(
    "outgoing", "of a log: whom ours have written to, in place of who has written to them");

void take_file(Request& request, const std::string& path) {
    if (request.has_file) {
        throw Misuse{"too many files"};
    }
    request.has_file = true;
    request.settings.store.name = path;
}

const std::array<command::Command<Request>, 9> commands{{
    {"list",
     "[FILE] [SELECTOR]...",
     {by_client, by_network, by_sender, by_recipient, by_kind, list_format, config, password},
     take_file},
    {"find",
     "[FILE] [SELECTOR]...",
     {by_client, by_network, by_sender, by_recipient, by_kind, list_format, config, password},
     take_file},
    {"stats", "[FILE]", {stats_format, config, password}, take_file},
    {"check", "[FILE]", {config, password}, take_file},
    {"expire", "[FILE]", {config, password}, take_file},
    {"forget",
     "[FILE] SELECTOR...",
     {by_client, by_network, by_sender, by_recipient, by_kind, config, password},
     take_file},
    {"allow",
     "[FILE] --client CLIENT [--sender ADDRESS --recipient ADDRESS | --sender @DOMAIN]",
     {passing_client, passing_sender, passing_recipient, config, password},
     take_file},
    {"export", "[FILE] [--to FORMAT]", {to, config, password}, take_file},
    {"import",
     "[FILE] --from FORMAT [--input FILE]... [--outgoing]",
     {from, input, outgoing, config, password},
     take_file},
}};

// What waits by a rule's own retry window is not forgotten before (greyonce-rules(5)).
void keep_as_long_as_rules_say(decision::Settings& settings,
                               const std::function<void(std::string_view)>& warn) {
    if (sys::is_missing(settings.rules.path)) {
        return;
    }
    try {
        const rules::Table table{settings.rules.path};
        sys::Seconds& window = settings.greylist.rule.retry_window;
        window = std::max(window, table.longest_retry_window());
    } catch (const sys::Trouble& trouble) {
        warn(std::string{trouble.what()} + ": going on without them");
    }
}

void read_settings(Request& request) {
    const bool is_named = !request.config.empty();
    const auto complaints = options::read_config(
        is_named ? request.config : std::string{options::default_config}, is_named, request.settings);
    if (!complaints.empty()) {
        throw Misuse{complaints.front()};
    }
}

} // namespace

std::string usage() {
    return "usage: greystate list|find [FILE] [SELECTOR]... [--format text|json]\n"
           "       greystate stats [FILE] [--format text|prometheus]\n"
           "       greystate check [FILE]\n"
           "       greystate expire [FILE]\n"
           "       greystate forget [FILE] SELECTOR...\n"
           "       greystate allow [FILE] --client CLIENT [--sender ADDRESS --recipient ADDRESS | --sender "
           "@DOMAIN]\n"
           "       greystate export [FILE] [--to greyonce|postgrey|postgrey-clients]\n"
           "       greystate import [FILE] --from FORMAT [--input FILE]... [--outgoing]\n"
           "       greystate [COMMAND] --help\n"
           "       greystate --version\n"
           "CLIENT:   an address, or the name of an organisation or one of its servers\n"
           "SELECTOR: --client CLIENT, --network ADDRESS/PREFIX, --sender and --recipient ADDRESS or "
           "@DOMAIN,\n"
           "          --kind " +
           greylist::kind_list("|", "|") +
           "\n"
           "FORMAT:   greyonce, postgrey, greylistd, milter-greylist, spamdb, sqlgrey or log\n"
           "Every command takes --config FILE and --state-password-file FILE. FILE is the configured\n"
           "state if left out; it may be servers': redis:unix:/PATH, redis:inet:HOST:PORT.\n";
}

const command::Command<Request>& command_named(std::string_view name) {
    const auto* found = std::ranges::find(commands, name, &command::Command<Request>::name);
    if (found == commands.end()) {
        throw Misuse{std::string{name} + ": unknown command"};
    }
    return *found;
}

Request request_of(const command::Command<Request>& command, const command::Words& words,
                   const std::function<void(std::string_view)>& warn) {
    Request request = job_of(command, words);
    request.command = command.name;
    request.now = std::chrono::time_point_cast<sys::Seconds>(std::chrono::system_clock::now());
    const std::string file = request.settings.store.name;
    read_settings(request);
    if (request.has_file) {
        request.settings.store.name = file;
    }
    if (!request.password_file.empty()) {
        request.settings.store.password_file = request.password_file;
    }
    keep_as_long_as_rules_say(request.settings, warn);
    request.selection.grouping = request.settings.greylist.grouping;
    return request;
}

} // namespace state_request
