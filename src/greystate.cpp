// greystate: looks into, checks, cleans, fills and empties the greylist's state while the mail goes on.
// This file owns the command line, what goes to stdout, and the exit status.
#include "greylist/kind.hpp"
#include "greylist/report.hpp"
#include "greylist/selection.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "rules/table.hpp"
#include "store/open.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "transfer/format.hpp"
#include "transfer/input.hpp"
#include "version.hpp"

#include <getopt.h>
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
           "       greystate allow [FILE] --client ADDRESS [--sender ADDRESS --recipient ADDRESS]\n"
           "       greystate export [FILE] [--to greyonce|postgrey|postgrey-clients]\n"
           "       greystate import [FILE] --from FORMAT [--input FILE]...\n"
           "       greystate --help | --version\n"
           "SELECTOR: --client ADDRESS, --network ADDRESS/PREFIX, --sender and --recipient ADDRESS or "
           "@DOMAIN,\n"
           "          --kind " +
           greylist::kind_list("|", "|") +
           "\n"
           "FORMAT:   greyonce, postgrey, greylistd, milter-greylist, spamdb, sqlgrey or log\n"
           "Every command takes --config FILE. FILE is the configured state if left out.\n";
}

constexpr int nothing_found = 1;

// Wrong words on the command line; what is wrong, where it is one word.
struct Misuse {
    std::string what;
};

struct Request {
    std::string_view command;
    decision::Settings settings; // the state's path among them
    Selection selection;
    std::string format{"text"};
    std::string to{"greyonce"};
    std::string from;
    std::vector<std::string> inputs;
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
    return store::open_archive(request.settings.store);
}

Kind kind_named(std::string_view name) {
    if (const auto* row = greylist::row_named(name)) {
        return row->kind;
    }
    throw Misuse{"--kind " + std::string{name} + ": expected " + greylist::kind_list(", ", " or ")};
}

sys::Address address_in(std::string_view text) {
    if (const auto address = sys::Address::parse(text)) {
        return *address;
    }
    throw Misuse{"--client " + std::string{text} + ": expected an IP address"};
}

greylist::Network network_in(std::string_view text) {
    if (const auto network = greylist::Network::parse(text)) {
        return *network;
    }
    throw Misuse{"--network " + std::string{text} + ": expected ADDRESS/PREFIX"};
}

void take_option(int option, const char* value, Request& request) {
    Selection& selection = request.selection;
    switch (option) {
    case 'c':
        selection.client = address_in(value);
        break;
    case 'n':
        selection.network = network_in(value);
        break;
    case 's':
        selection.sender = value;
        break;
    case 'r':
        selection.recipient = value;
        break;
    case 'k':
        selection.kind = kind_named(value);
        break;
    case 'f':
        request.format = value;
        break;
    case 't':
        request.to = value;
        break;
    case 'F':
        request.from = value;
        break;
    case 'i':
        request.inputs.emplace_back(value);
        break;
    default:
        throw Misuse{};
    }
}

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

void read_settings(const std::string& config, Request& request) {
    const bool is_named = !config.empty();
    const auto complaints = options::read_config(is_named ? config : std::string{options::default_config},
                                                 is_named, request.settings);
    if (!complaints.empty()) {
        throw Misuse{complaints.front()};
    }
}

void expect(std::string_view option, std::string_view value,
            std::initializer_list<std::string_view> allowed) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        throw Misuse{std::string{option} + ' ' + std::string{value} + ": not for this command"};
    }
}

int find(const Request& request) {
    expect("--format", request.format, {"text", "json"});
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
    expect("--format", request.format, {"text", "prometheus"});
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

int allow(const Request& request) {
    const auto& [kind, client, network, sender, recipient, grouping] = request.selection;
    if (!client || network || kind || sender.has_value() != recipient.has_value()) {
        throw Misuse{"allow: expected --client, alone or with --sender and --recipient"};
    }
    const transfer::Home home{request.settings.greylist.rule, grouping, request.now};
    if (sender) {
        put(request, {transfer::passed(triplet_of(*client, *sender, *recipient, grouping), request.now)},
            [](unsigned) {});
    } else if (request.settings.greylist.rule.auto_whitelist_clients == 0) {
        throw Misuse{"allow: auto-whitelist-clients is 0, so that no client can pass as such"};
    } else {
        put(request, {transfer::whitelisted(client_of(*client, grouping), request.now, home)},
            [](unsigned) {});
    }
    return EX_OK;
}

int export_records(const Request& request) {
    expect("--to", request.to, {"greyonce", "postgrey", "postgrey-clients"});
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

// What the reader of a format makes of files.
class Import {
  public:
    Import(const Request& request)
        : request_(request),
          reader_(transfer::reader_of(
              request.from, home(),
              {[this](Record record) { take(std::move(record)); },
               [this](std::size_t line, std::string_view why) { complain(inputs_.place(line), why); }})) {
        if (!reader_) {
            throw Misuse{"--from " + request.from + ": expected " + std::string{transfer::reader_formats}};
        }
    }

    // A file in which nothing was understood is named: it is likely to be of another format.
    void read(const std::string& path) {
        const bool is_stdin = path == "-";
        const std::string name = is_stdin ? "standard input" : path;
        std::FILE* const file = is_stdin ? stdin : std::fopen(path.c_str(), "re");
        if (file == nullptr) {
            throw sys::Trouble("open", path, errno);
        }
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closing{is_stdin ? nullptr : file, std::fclose};
        inputs_.begin(name);
        bool is_empty = true;
        bool is_understood = false;
        transfer::each_line(file, name, reader_->longest_line(), [&](std::optional<std::string_view> line) {
            line_ = inputs_.next_number();
            if (!line) {
                complain(inputs_.place(line_),
                         "longer than " + std::to_string(reader_->longest_line()) + " bytes");
            } else if (!line->empty()) {
                is_understood = reader_->take(*line, line_) || is_understood;
            }
            is_empty = is_empty && line && line->empty();
        });
        if (!is_empty && !is_understood) {
            complain(name, "nothing in it was understood as " + request_.from);
        }
    }

    int finish() {
        reader_->finish();
        flush();
        say(std::to_string(taken_) + " records imported, " + std::to_string(unusable_) + " lines unusable\n");
        return unusable_ == 0 ? EX_OK : EX_DATAERR;
    }

  private:
    [[nodiscard]] transfer::Home home() const {
        return {request_.settings.greylist.rule, request_.settings.greylist.grouping, request_.now};
    }

    void complain(const std::string& place, std::string_view why) {
        ++unusable_;
        warn(place + ": " + std::string{why});
    }

    void take(Record record) {
        constexpr std::size_t at_once = 1'000'000; // records kept in memory
        constexpr std::size_t longest_key = 3500;  // a page holds such a record
        if (record.key.text.size() > longest_key) {
            complain(inputs_.place(line_), "a record was left out: its key is too long");
            return;
        }
        records_.push_back(std::move(record));
        if (records_.size() == at_once) {
            flush();
        }
    }

    void flush() {
        taken_ += records_.size();
        put(request_, std::exchange(records_, {}), show_progress);
    }

    const Request& request_;
    std::unique_ptr<transfer::Reader> reader_;
    transfer::Inputs inputs_;
    std::vector<Record> records_;
    std::size_t line_ = 0; // which is being read
    std::size_t taken_ = 0;
    std::size_t unusable_ = 0;
};

int import_records(const Request& request) {
    Import import{request};
    for (const std::string& path : request.inputs.empty() ? std::vector<std::string>{"-"} : request.inputs) {
        import.read(path);
    }
    return import.finish();
}

// What a command takes beside --config, and what it does.
struct Command {
    std::string_view name;
    std::string_view options; // letters, as in all_options
    int (*run)(const Request& request);
};

constexpr std::array<Command, 9> commands{{{"list", "cnsrkf", find},
                                           {"find", "cnsrkf", find},
                                           {"stats", "f", stats},
                                           {"check", "", check},
                                           {"expire", "", expire},
                                           {"forget", "cnsrk", forget},
                                           {"allow", "csr", allow},
                                           {"export", "t", export_records},
                                           {"import", "Fi", import_records}}};

const std::array<option, 11> all_options{{{"client", required_argument, nullptr, 'c'},
                                          {"network", required_argument, nullptr, 'n'},
                                          {"sender", required_argument, nullptr, 's'},
                                          {"recipient", required_argument, nullptr, 'r'},
                                          {"kind", required_argument, nullptr, 'k'},
                                          {"format", required_argument, nullptr, 'f'},
                                          {"to", required_argument, nullptr, 't'},
                                          {"from", required_argument, nullptr, 'F'},
                                          {"input", required_argument, nullptr, 'i'},
                                          {"config", required_argument, nullptr, 'C'},
                                          {nullptr, 0, nullptr, 0}}};

const Command& command_named(std::string_view name) {
    const auto* found = std::find_if(commands.begin(), commands.end(),
                                     [&](const Command& command) { return command.name == name; });
    if (found == commands.end()) {
        throw Misuse{std::string{name} + ": unknown command"};
    }
    return *found;
}

// What was asked for by an option that has no effect would be taken for done.
void expect_option(const Command& command, int letter) {
    const bool is_known = letter != '?'; // getopt_long() has complained otherwise
    if (!is_known || letter == 'C' ||
        command.options.find(static_cast<char>(letter)) != std::string_view::npos) {
        return;
    }
    const auto* named = std::find_if(all_options.begin(), all_options.end(),
                                     [&](const option& known) { return known.val == letter; });
    throw Misuse{std::string{command.name} + " has no option --" + named->name};
}

// `argv` starts with the command's name.
Request read_command_line(const Command& command, int argc, char** argv) {
    Request request;
    request.command = command.name;
    request.now = std::chrono::time_point_cast<sys::Seconds>(std::chrono::system_clock::now());
    std::string config;
    int chosen = 0;
    while ((chosen = getopt_long(argc, argv, "", all_options.data(), nullptr)) != -1) {
        expect_option(command, chosen);
        if (chosen == 'C') {
            config = optarg;
        } else {
            take_option(chosen, optarg, request);
        }
    }
    read_settings(config, request);
    keep_as_long_as_rules_say(request.settings);
    request.selection.grouping = request.settings.greylist.grouping;
    if (optind < argc) {
        request.settings.store.name = argv[optind];
    }
    if (optind + 1 < argc) {
        throw Misuse{"too many files"};
    }
    return request;
}

} // namespace

int main(int argc, char** argv) {
    try {
        const std::string_view first = argc > 1 ? argv[1] : "";
        if (first == "--help" || first == "--version") {
            print(first == "--help"
                      ? usage()
                      : "greystate " + std::string{version} + "\nwith " + linked_libraries() + '\n');
            finish_printing();
            return EX_OK;
        }
        if (argc < 2) {
            throw Misuse{};
        }
        const Command& command = command_named(first);
        return command.run(read_command_line(command, argc - 1, argv + 1));
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
