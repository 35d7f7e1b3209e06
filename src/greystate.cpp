// greystate: looks into, checks, cleans, fills and empties the greylist's state while the mail goes on.
// This file owns what each command does, what goes to stdout, and the exit status.
#include "command.hpp"
#include "greylist/report.hpp"
#include "linked_libraries.hpp"
#include "settings/version.hpp"
#include "state_request.hpp"
#include "store/choosing/open.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "transfer/allowed.hpp"
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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using greylist::Figures;
using greylist::Kind;
using greylist::Record;
using state_request::Request;

constexpr int nothing_found = 1;

using command::Misuse;

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

transfer::Home home_of(const Request& request) {
    const greylist::Settings& greylist = request.settings.greylist;
    return {greylist.rule, greylist.grouping, request.now, request.outgoing};
}

int allow(const Request& request) {
    try {
        put(request, {transfer::allowed(request.selection, home_of(request))}, [](unsigned) {});
    } catch (const transfer::NotAllowed& reason) {
        throw Misuse{"allow: " + reason.why};
    }
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
    transfer::Import import{
        request.from,
        home_of(request),
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

struct Work {
    std::string_view command;
    int (*done)(const Request& request);
};

constexpr std::array<Work, 9> works{{{"list", find},
                                     {"find", find},
                                     {"stats", stats},
                                     {"check", check},
                                     {"expire", expire},
                                     {"forget", forget},
                                     {"allow", allow},
                                     {"export", export_records},
                                     {"import", import_records}}};

int run(const command::Words& words) {
    const std::string first = words.empty() ? "" : words.front();
    if (first == "--help" || first == "--version") {
        print(first == "--help"
                  ? state_request::usage()
                  : "greystate " + std::string{version} + "\nwith " + linked_libraries() + '\n');
        finish_printing();
        return EX_OK;
    }
    if (words.empty()) {
        throw Misuse{};
    }
    const auto& command = state_request::command_named(first);
    const command::Words rest{words.begin() + 1, words.end()};
    if (command::asks_for_help(rest)) {
        print(help_of("greystate", command));
        finish_printing();
        return EX_OK;
    }
    const auto* work = std::ranges::find(works, command.name, &Work::command);
    if (work == works.end()) {
        throw Misuse{first + ": unknown command"};
    }
    return work->done(request_of(command, rest, warn));
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const Misuse& misuse) {
        if (!misuse.what.empty()) {
            warn(misuse.what);
        }
        say(state_request::usage());
        return EX_USAGE;
    } catch (const std::exception& error) {
        warn(error.what());
        return EX_IOERR;
    }
}
