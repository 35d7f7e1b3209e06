// greyreport(8): what the filter's log tells of greylisting, as text, as a page, or as JSON.
// This file owns the command line, the report's file, progress, and the exit status; what is counted is report/'s.
#include "linked_libraries.hpp"
#include "options.hpp"
#include "report/counting.hpp"
#include "report/logs.hpp"
#include "report/organisation.hpp"
#include "report/page.hpp"
#include "rules/compiled.hpp"
#include "rules/entry.hpp"
#include "settings/version.hpp"
#include "system/lines.hpp"
#include "system/read_file.hpp"
#include "system/replace_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "system/whole_io.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include <sodium.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace po = boost::program_options;

constexpr std::string_view usage =
    "usage: greyreport [--since DAY] [--until DAY] [--format text|html|json] [--output FILE]\n"
    "                  [--anonymous] [--rules FILE] [--config FILE] [--log] [FILE]...\n"
    "       greyreport --help | --version\n"
    "FILE: a log, also compressed by gzip or zstd; -, or none: standard input.\n"
    "DAY: 2026-11-21, today, yesterday, or how many days ago.\n";

// Wrong words on the command line.
struct Misuse {
    std::string what;
};

struct Request {
    std::vector<std::string> logs;
    report::Options options;
    std::string format{"text"};
    std::string output; // empty: standard output
    std::string rules;
    bool must_have_rules = false;
};

void say(std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw sys::Trouble("write", "standard output", errno);
    }
}

using Texts = std::vector<std::string>;

po::options_description described() {
    po::options_description options;
    options.add_options()("help", "")("version", "")("anonymous", "");
    for (const char* const name : {"since", "until", "format", "output", "rules", "config", "log"}) {
        options.add_options()(name, po::value<Texts>()->composing(), "");
    }
    return options;
}

po::variables_map read_words(int argc, char** argv) {
    po::positional_options_description logs;
    logs.add("log", -1);
    po::variables_map said;
    try {
        const auto style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                           po::command_line_style::long_allow_next;
        const po::options_description options = described();
        po::store(po::command_line_parser(argc, argv).options(options).positional(logs).style(style).run(),
                  said);
    } catch (const po::error& error) {
        throw Misuse{error.what()};
    }
    return said;
}

// The last of a repeated option wins.
std::string text_in(const po::variables_map& said, const char* name) {
    return said.count(name) == 0 ? std::string{} : said[name].as<Texts>().back();
}

std::optional<report::Day> day_in(const po::variables_map& said, const char* name, sys::Time now) {
    if (said.count(name) == 0) {
        return std::nullopt;
    }
    const std::string text = text_in(said, name);
    const auto day = report::day_from(text, report::local_time(now).day);
    if (!day) {
        throw Misuse{std::string{"--"} + name + ' ' + text + ": expected " +
                     std::string{report::day_expected}};
    }
    return day;
}

// What the filter has: its delay and its networks.
decision::Settings configured(const po::variables_map& said) {
    decision::Settings settings;
    const bool is_named = said.count("config") > 0;
    const auto complaints = options::read_config(
        is_named ? text_in(said, "config") : std::string{options::default_config}, is_named, settings);
    if (!complaints.empty()) {
        throw Misuse{complaints.front()};
    }
    return settings;
}

Request request_of(const po::variables_map& said, sys::Time now) {
    Request request;
    const decision::Settings settings = configured(said);
    report::Options& options = request.options;
    options.since = day_in(said, "since", now);
    options.until = day_in(said, "until", now);
    if (options.since && options.until && *options.until < *options.since) {
        throw Misuse{"--until is before --since"};
    }
    options.ipv4_prefix = settings.greylist.grouping.by_host ? 32 : settings.greylist.grouping.ipv4_prefix;
    options.ipv6_prefix = settings.greylist.grouping.by_host ? 128 : settings.greylist.grouping.ipv6_prefix;
    options.delay = settings.greylist.rule.delay;
    options.retry_window = settings.greylist.rule.retry_window;
    options.is_anonymous = said.count("anonymous") > 0;
    randombytes_buf(options.hash_key.data(), options.hash_key.size());
    request.format = said.count("format") > 0 ? text_in(said, "format") : request.format;
    if (request.format != "text" && request.format != "html" && request.format != "json") {
        throw Misuse{"--format " + request.format + ": expected text, html or json"};
    }
    request.output = text_in(said, "output");
    request.must_have_rules = said.count("rules") > 0;
    request.rules = request.must_have_rules ? text_in(said, "rules") : settings.rules.path;
    if (said.count("log") > 0) {
        request.logs = said["log"].as<Texts>();
    } else if (isatty(STDIN_FILENO) != 0) {
        throw Misuse{"expected a log"};
    } else {
        request.logs = {"-"};
    }
    return request;
}

// For a person at a terminal only.
class Progress {
  public:
    void operator()(std::uint64_t done, std::uint64_t all) {
        if (!is_seen_) {
            return;
        }
        const std::string text = all > 0
                                     ? std::to_string(std::min<std::uint64_t>(100, done * 100 / all)) + " %"
                                     : std::to_string(done >> 20U) + " MiB";
        if (text != last_) {
            say("\r" + text);
            last_ = text;
        }
    }
    void end() {
        if (!last_.empty()) {
            say("\r          \r");
        }
    }

  private:
    bool is_seen_ = isatty(STDERR_FILENO) != 0;
    std::string last_;
};

report::Figures counted(const Request& request, sys::Time now) {
    Progress progress;
    report::Logs logs{request.logs, now, [&](std::uint64_t done, std::uint64_t all) { progress(done, all); }};
    report::Counting counting{request.options};
    while (const auto entry = logs.next()) {
        counting.take(*entry);
    }
    progress.end();
    report::Figures figures = counting.finish(logs.begin(), logs.end());
    figures.timeless = logs.timeless();
    return figures;
}

// Looks which entries of the compiled rules are named in no line.
void look_at_rules(const Request& request, report::Figures& figures) {
    constexpr std::size_t most_kept = 1000;
    if (!request.must_have_rules && sys::is_missing(request.rules)) {
        return;
    }
    report::Figures::Unused unused;
    const rules::Compiled compiled{request.rules};
    compiled.each([&](const rules::Compiled::Record& record) {
        std::string_view rest = record.value;
        const std::string source = sys::log_value(sys::take_until(rest, ' '));
        ++unused.entries;
        if (figures.rules.find(report::hash_of(source, request.options.hash_key)) != nullptr) {
            return;
        }
        ++unused.never_hit;
        if (unused.some.size() < most_kept) {
            const std::string entry = rules::entry_text(record.key, rest);
            unused.some.push_back(
                {source, figures.is_anonymous ? report::without_local_parts(entry) : entry});
        }
    });
    figures.unused = std::move(unused);
}

void write(const Request& request, const report::Figures& figures) {
    const std::string text = request.format == "html"   ? report::html_of(report::page_of(figures))
                             : request.format == "json" ? report::json_of(figures)
                                                        : report::text_of(figures);
    if (request.output.empty()) {
        print(text);
        return;
    }
    sys::Replacement file{request.output};
    sys::write_at(file.descriptor(), 0, text.data(), text.size(), request.output);
    file.commit();
}

int run(int argc, char** argv) {
    const po::variables_map said = read_words(argc, argv);
    if (said.count("help") > 0) {
        print(usage);
        return EX_OK;
    }
    if (said.count("version") > 0) {
        print("greyreport " + std::string{version} + "\nwith " + linked_libraries() + '\n');
        return EX_OK;
    }
    const auto now = std::chrono::floor<sys::Seconds>(std::chrono::system_clock::now());
    const Request request = request_of(said, now);
    report::Figures figures = counted(request, now);
    look_at_rules(request, figures);
    write(request, figures);
    return EX_OK;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const Misuse& misuse) {
        say("greyreport: " + sys::cleaned(misuse.what) + '\n' + std::string{usage});
        return EX_USAGE;
    } catch (const std::exception& error) {
        say("greyreport: " + sys::cleaned(error.what()) + '\n');
        return EX_IOERR;
    }
}
