// greystate: looks into, checks, cleans, fills and empties the greylist's state while the mail goes on.
// This file owns the command line, what goes to stdout, and the exit status.
#include "command.hpp"
#include "greylist/kind.hpp"
#include "greylist/organisation.hpp"
#include "greylist/report.hpp"
#include "greylist/selection.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "rules/table.hpp"
#include "settings/version.hpp"
#include "store/choosing/open.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "transfer/format.hpp"
#include "transfer/import.hpp"

#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using greylist::Figures;
using greylist::Kind;
using greylist::Record;
using greylist::Selection;
using greylist::Time;

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

constexpr int nothing_found = 1;

using command::Misuse;

struct Request {
    std::string_view command;
    decision::Settings settings; // the state's path among them
    Selection selection;
    std::string format{"text"};
    std::string to{"greyonce"};
    std::string from;
    bool outgoing = false; // of a log, what ours have sent
    std::vector<std::string> inputs;
    std::string config;        // empty: the default one
    std::string password_file; // empty: the configured one
    bool has_file = false;
    Time now;
};

void say(std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

// A line of its own, with the name of the program, and clean: what it quotes may be anybody's.
void warn(std::string_view text) {
    say("greystate: " + sys::cleaned(text) + '\n');
}

// A pipe that nobody reads any more ends the work too.
void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        throw sys::Trouble("write", "standard output", errno);
    }
}

void finish_printing() {
    if (std::fflush(stdout) != 0) {
        throw sys::Trouble("write", "standard output", errno);
    }
}

// For a person at a terminal only.
void show_progress(unsigned done) {
    static const bool is_seen = isatty(STDERR_FILENO) != 0;
    if (is_seen) {
        say("\r" + std::to_string(done * 100 / store::all_done) + " %" +
            (done == store::all_done ? "\r     \r" : ""));
    }
}

std::unique_ptr<store::Archive> archive_of(const Request& request) {
    return store::open_archive(request.settings.store, {request.settings.greylist.rule, request.now});
}

// --- the options ---

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

// What waits by a rule's own retry window is not forgotten before (greyonce-rules(5)).
void keep_as_long_as_rules_say(decision::Settings& settings) {
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

int find(const Request& request) {
    const auto written = request.format == "json" ? greylist::json_line : greylist::text_line;
    bool has_found = false;
    archive_of(request)->each_record(
        [&](const Record& record) {
            if (request.selection.selects(record.key)) {
                print(written(record, request.now, request.settings.greylist.rule));
                has_found = true;
            }
        },
        show_progress);
    finish_printing();
    return has_found || request.command == "list" ? EX_OK : nothing_found;
}

int stats(const Request& request) {
    Figures figures;
    const auto archive = archive_of(request);
    archive->each_record(
        [&](const Record& record) { figures.count(record, request.now, request.settings.greylist.rule); },
        show_progress);
    const greylist::Extent extent = archive->extent();
    print(request.format == "prometheus" ? prometheus_of(figures, extent, request.now)
                                         : text_of(figures, extent, request.now));
    finish_printing();
    return EX_OK;
}

int check(const Request& request) {
    const auto checked = archive_of(request)->check(show_progress);
    for (const std::string& remark : checked.remarks) {
        print("remark: " + sys::cleaned(remark) + '\n');
    }
    for (const std::string& finding : checked.findings) {
        print(sys::cleaned(finding) + '\n');
    }
    finish_printing();
    return checked.findings.empty() ? EX_OK : nothing_found;
}

int erase(const Request& request, const std::function<bool(const Record&)>& may_go) {
    const auto swept = archive_of(request)->sweep(request.now, may_go, show_progress);
    for (const std::string& remark : swept.remarks) {
        warn(remark);
    }
    print(std::to_string(swept.erased) + " forgotten, " + std::to_string(swept.left) + " left\n");
    finish_printing();
    return swept.erased > 0 || request.command == "expire" ? EX_OK : nothing_found;
}

int expire(const Request& request) {
    return erase(request, [&](const Record& record) {
        return is_forgotten(record, request.now, request.settings.greylist.rule);
    });
}

int forget(const Request& request) {
    if (request.selection.is_empty()) {
        throw Misuse{"forget: expected at least one selector"};
    }
    return erase(request, [&](const Record& record) { return request.selection.selects(record.key); });
}

void put(const Request& request, std::vector<Record> records, const store::Progress& progress) {
    const auto merge = [&](const Record& seen, const Record& incoming) {
        return merged(seen, incoming, request.settings.greylist.rule);
    };
    archive_of(request)->store_all(std::move(records), merge, progress);
}

// What --client, --sender and --recipient name: a triplet, a pair of a client and a domain, a client. Throws Misuse.
Record allowed(const Request& request) {
    const Selection& selection = request.selection;
    const greylist::Grouping& grouping = selection.grouping;
    const greylist::Rule& rule = request.settings.greylist.rule;
    const bool has_pair = selection.sender && !selection.recipient && selection.sender->starts_with('@');
    if ((!selection.client && !selection.organisation) ||
        (selection.sender.has_value() != selection.recipient.has_value() && !has_pair)) {
        throw Misuse{
            "allow: expected --client, alone, with --sender @DOMAIN, or with --sender and --recipient"};
    }
    const sys::Address address = selection.client.value_or(*sys::Address::parse("0.0.0.0"));
    const std::string organisation = selection.organisation.value_or("");
    if (has_pair) {
        if (rule.auto_whitelist_pairs == 0) {
            throw Misuse{"allow: auto-whitelist-pairs is 0, so that no pair can pass as such"};
        }
        const auto key = pair_of(address, *selection.sender, grouping, organisation);
        return {*key, request.now - rule.auto_whitelist_pairs_age, request.now, rule.auto_whitelist_pairs};
    }
    if (selection.sender) {
        const auto key = triplet_of(address, *selection.sender, *selection.recipient, grouping, organisation);
        return transfer::passed(key, request.now);
    }
    if (!selection.client) {
        throw Misuse{"allow: an organisation does not pass as such: expected --sender beside it"};
    }
    if (rule.auto_whitelist_clients == 0) {
        throw Misuse{"allow: auto-whitelist-clients is 0, so that no client can pass as such"};
    }
    return transfer::whitelisted(client_of(address, grouping), request.now, {rule, grouping, request.now});
}

int allow(const Request& request) {
    put(request, {allowed(request)}, [](unsigned) {});
    return EX_OK;
}

int export_records(const Request& request) {
    const Kind kind = request.to == "postgrey" ? Kind::triplet : Kind::client;
    const bool is_ours = request.to == "greyonce";
    print(is_ours ? "" : transfer::postgrey_dump_start());
    archive_of(request)->each_record(
        [&](const Record& record) {
            print(is_ours ? greylist::exported_line(record) : transfer::postgrey_dump_of(record, kind));
        },
        show_progress);
    print(is_ours ? "" : transfer::postgrey_dump_end());
    finish_printing();
    return EX_OK;
}

int import_records(const Request& request) {
    if (request.outgoing && request.from != "log") {
        throw Misuse{"--outgoing: expected --from log beside it"};
    }
    const greylist::Settings& greylist = request.settings.greylist;
    transfer::Import import{
        request.from,
        {greylist.rule, greylist.grouping, request.now, request.outgoing},
        {[&](std::vector<Record> records) { put(request, std::move(records), show_progress); },
         [](const std::string& place, std::string_view why) { warn(place + ": " + std::string{why}); }}};
    if (!import.knows_format()) {
        throw Misuse{"--from " + request.from + ": expected " + std::string{transfer::reader_formats}};
    }
    for (const std::string& path : request.inputs.empty() ? std::vector<std::string>{"-"} : request.inputs) {
        import.read(path);
    }
    import.finish();
    say(std::to_string(import.taken()) + " records imported, " + std::to_string(import.unusable()) +
        " lines unusable\n");
    return import.unusable() == 0 ? EX_OK : EX_DATAERR;
}

void take_file(Request& request, const std::string& path) {
    if (request.has_file) {
        throw Misuse{"too many files"};
    }
    request.has_file = true;
    request.settings.store.name = path;
}

struct Command {
    command::Command<Request> words;
    int (*run)(const Request& request);
};

const std::array<Command, 9> commands{{
    {{"list",
      "[FILE] [SELECTOR]...",
      {by_client, by_network, by_sender, by_recipient, by_kind, list_format, config, password},
      take_file},
     find},
    {{"find",
      "[FILE] [SELECTOR]...",
      {by_client, by_network, by_sender, by_recipient, by_kind, list_format, config, password},
      take_file},
     find},
    {{"stats", "[FILE]", {stats_format, config, password}, take_file}, stats},
    {{"check", "[FILE]", {config, password}, take_file}, check},
    {{"expire", "[FILE]", {config, password}, take_file}, expire},
    {{"forget",
      "[FILE] SELECTOR...",
      {by_client, by_network, by_sender, by_recipient, by_kind, config, password},
      take_file},
     forget},
    {{"allow",
      "[FILE] --client CLIENT [--sender ADDRESS --recipient ADDRESS | --sender @DOMAIN]",
      {passing_client, passing_sender, passing_recipient, config, password},
      take_file},
     allow},
    {{"export", "[FILE] [--to FORMAT]", {to, config, password}, take_file}, export_records},
    {{"import",
      "[FILE] --from FORMAT [--input FILE]... [--outgoing]",
      {from, input, outgoing, config, password},
      take_file},
     import_records},
}};

const Command& command_named(std::string_view name) {
    const auto* found = std::find_if(commands.begin(), commands.end(),
                                     [&](const Command& command) { return command.words.name == name; });
    if (found == commands.end()) {
        throw Misuse{std::string{name} + ": unknown command"};
    }
    return *found;
}

Request request_of(const command::Command<Request>& command, const command::Words& words) {
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
    keep_as_long_as_rules_say(request.settings);
    request.selection.grouping = request.settings.greylist.grouping;
    return request;
}

int run(const command::Words& words) {
    const std::string first = words.empty() ? "" : words.front();
    if (first == "--help" || first == "--version") {
        print(first == "--help"
                  ? usage()
                  : "greystate " + std::string{version} + "\nwith " + linked_libraries() + '\n');
        finish_printing();
        return EX_OK;
    }
    if (words.empty()) {
        throw Misuse{};
    }
    const Command& command = command_named(first);
    const command::Words rest{words.begin() + 1, words.end()};
    if (command::asks_for_help(rest)) {
        print(help_of("greystate", command.words));
        finish_printing();
        return EX_OK;
    }
    return command.run(request_of(command.words, rest));
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const Misuse& misuse) {
        if (!misuse.what.empty()) {
            warn(misuse.what);
        }
        say(usage());
        return EX_USAGE;
    } catch (const std::exception& error) {
        warn(error.what());
        return EX_IOERR;
    }
}
