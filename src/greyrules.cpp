// greyrules(8): compiles whitelists and rules into the one file that greyonce reads, and says what is in it.
// This file owns the command line, the output and the exit status; what an entry means is said in rules/.
#include "command.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "rules/compiled.hpp"
#include "rules/compiler.hpp"
#include "rules/postgrey_lists.hpp"
#include "rules/rules_file.hpp"
#include "rules/table.hpp"
#include "rules/verdict_text.hpp"
#include "settings/version.hpp"
#include "system/lines.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "weight/convert.hpp"
#include "weight/options.hpp"
#include "weight/resolver.hpp"
#include "weight/trial.hpp"

#include <sysexits.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view usage =
    "usage: greyrules compile -o|--output FILE.cdb [--strict] [SOURCE]...\n"
    "       greyrules compile --check [--strict] [SOURCE]...\n"
    "           where SOURCE is RULES, --whitelist-clients FILE or --whitelist-recipients FILE\n"
    "       greyrules match FILE.cdb NAME=VALUE...\n"
    "       greyrules list FILE.cdb\n"
    "       greyrules check-dns [--config FILE] [--nameserver ADDRESS[:PORT]]...\n"
    "       greyrules convert-policyd-weight FILE\n"
    "       greyrules [COMMAND] --help\n"
    "       greyrules --version\n";

constexpr int nothing_found = 1;
constexpr int findings = 1;

using command::Misuse;
using command::Words;

// Throws sys::Trouble: what was asked for must not get lost unseen.
void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size()) {
        throw sys::Trouble{"write", "standard output", errno};
    }
}

void complain(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stderr) < text.size()) {
        std::clearerr(stderr); // there is nobody to tell
    }
}

// --- compile ---

struct CompileJob {
    struct Source {
        void (*read)(const std::string& path, rules::Compiler& compiler);
        std::string path;
    };
    std::vector<Source> sources; // in the order of the command line
    std::string output;
    bool only_checks = false;
    bool is_strict = false;
};

using T = std::string;
using settings::Option;

const command::Command<CompileJob> compile_words{
    "compile",
    "-o FILE.cdb | --check [--strict] [SOURCE]...",
    {settings::option_without_default<settings::File, &CompileJob::output>("output,o", "the compiled rules"),
     Option<CompileJob>{"check", "compile nothing, only tell what is wrong", "", nullptr,
                        [](CompileJob& job, const T& /*yes*/) { job.only_checks = true; }, nullptr},
     Option<CompileJob>{"strict", "what is doubtful is an error, too", "", nullptr,
                        [](CompileJob& job, const T& /*yes*/) { job.is_strict = true; }, nullptr},
     Option<CompileJob>{"whitelist-clients", "postgrey's list of clients", "FILE", nullptr,
                        [](CompileJob& job, const T& path) {
                            job.sources.push_back({rules::read_client_list, path});
                        },
                        nullptr},
     Option<CompileJob>{"whitelist-recipients", "postgrey's list of recipients", "FILE", nullptr,
                        [](CompileJob& job, const T& path) {
                            job.sources.push_back({rules::read_recipient_list, path});
                        },
                        nullptr}},
    [](CompileJob& job, const T& path) {
        job.sources.push_back({rules::read_rules, path});
    }};

int compile(const CompileJob& job) {
    if (job.output.empty() != job.only_checks) {
        throw Misuse{"expected either -o FILE.cdb or --check"};
    }
    rules::Compiler compiler;
    if (job.only_checks) {
        compiler.only_check();
    } else {
        compiler.write_to(job.output);
    }
    for (const CompileJob::Source& source : job.sources) {
        source.read(source.path, compiler);
    }
    compiler.finish();
    const rules::Complaints& complaints = compiler.complaints();
    for (const std::string& line : complaints.lines()) {
        complain(line + '\n');
    }
    if (complaints.are_errors() || (job.is_strict && complaints.are_any())) {
        return EX_DATAERR;
    }
    if (!job.only_checks) {
        compiler.commit();
    }
    return EX_OK;
}

// --- match ---

// Attributes as greyonce takes them; others are left alone, so that a whole request can be given.
rules::Subject subject_of(const Words& attributes) {
    rules::Subject subject;
    subject.client_name = "unknown";
    const std::array<std::pair<std::string_view, std::string_view*>, 7> texts{
        {{"client_name", &subject.client_name},
         {"reverse_client_name", &subject.reverse_client_name},
         {"helo_name", &subject.helo_name},
         {"sender", &subject.sender},
         {"recipient", &subject.recipient},
         {"sasl_username", &subject.sasl_username},
         {"server_address", &subject.server_address}}};
    for (const std::string& attribute : attributes) {
        const std::size_t equals = attribute.find('=');
        if (equals == std::string::npos) {
            throw Misuse{attribute + ": expected NAME=VALUE"};
        }
        const std::string_view name = std::string_view{attribute}.substr(0, equals);
        const std::string_view value = std::string_view{attribute}.substr(equals + 1);
        if (name == "client_address") {
            subject.client_address = sys::Address::parse(value);
            if (!subject.client_address) {
                throw Misuse{attribute + ": expected an IPv4 or IPv6 address"};
            }
        }
        for (const auto& [known, text] : texts) {
            if (name == known) {
                *text = value;
            }
        }
    }
    return subject;
}

struct MatchJob {
    std::string path; // of the compiled rules
    Words attributes;
};

const command::Command<MatchJob> match_words{
    "match", "FILE.cdb NAME=VALUE...", {}, [](MatchJob& job, const T& word) {
        if (job.path.empty()) {
            job.path = word;
        } else {
            job.attributes.push_back(word);
        }
    }};

int match(const MatchJob& job) {
    if (job.path.empty()) {
        throw Misuse{};
    }
    const rules::Subject subject = subject_of(job.attributes);
    const rules::Table table{job.path};
    rules::Tried tried;
    const auto match = table.match(subject, &tried);
    std::string text;
    if (match) {
        text = "verdict: " + sys::cleaned(rules::text_of(match->verdict)) +
               "\nentry: " + sys::cleaned(match->entry) + "\nsource: " + sys::cleaned(match->source) + '\n';
    } else {
        text = "no entry matches\n";
    }
    for (const std::string& key : tried) {
        text += "tried: " + sys::cleaned(key) + '\n';
    }
    for (const std::string& remark : table.remarks()) {
        text += "remark: " + sys::cleaned(remark) + '\n';
    }
    print(text);
    return match ? EX_OK : nothing_found;
}

// --- list ---

struct OneFile {
    std::string path;
};

void take_one_file(OneFile& job, const std::string& word) {
    job.path = job.path.empty() && !word.empty() ? word : throw Misuse{};
}

// Throws Misuse where there is none.
const std::string& path_of(const OneFile& job) {
    return job.path.empty() ? throw Misuse{} : job.path;
}

const command::Command<OneFile> list_words{"list", "FILE.cdb", {}, take_one_file};

int list(const OneFile& job) {
    const rules::Compiled compiled{path_of(job)};
    compiled.each([](const rules::Compiled::Record& record) {
        std::string_view rest = record.value;
        const std::string_view source = sys::take_until(rest, ' ');
        const std::string entry = rules::entry_text(record.key, rest);
        print(sys::cleaned(std::string{"at "}.append(source).append(" ") + entry) + '\n');
    });
    return EX_OK;
}

// --- check-dns ---

struct CheckJob {
    std::string config; // empty: the default one
    std::vector<std::string> nameservers;
};

const command::Command<CheckJob> check_words{
    "check-dns",
    "[--config FILE] [--nameserver ADDRESS[:PORT]]...",
    {settings::option_without_default<settings::File, &CheckJob::config>(
         "config", "a configuration in place of /etc/greyonce/greyonce.conf"),
     Option<CheckJob>{
         "nameserver", "ask this one, in place of the configured ones; repeats", "ADDRESS[:PORT]", nullptr,
         [](CheckJob& job, const T& v) { weight::add_nameservers(job.nameservers, v); }, nullptr}},
    [](CheckJob& /*job*/, const T& /*word*/) { throw Misuse{}; }};

// The lists and nameservers of a configuration, and nameservers from the command line in place of its own.
weight::Settings weight_settings(const CheckJob& job) {
    decision::Settings settings;
    const auto complaints =
        options::read_config(job.config.empty() ? std::string{options::default_config} : job.config,
                             !job.config.empty(), settings);
    if (!complaints.empty()) {
        throw Misuse{complaints.front()};
    }
    weight::Settings weight = settings.weight.value_or(weight::Settings{});
    if (!job.nameservers.empty()) {
        weight.nameservers = job.nameservers;
    }
    return weight;
}

int check_dns(const CheckJob& job) {
    constexpr std::chrono::seconds patience{5};
    const weight::Settings settings = weight_settings(job);
    weight::Resolver resolver{settings.nameservers};
    const std::set<weight::Question> questions = weight::trial_questions(settings.lists);
    resolver.ask({questions.begin(), questions.end()}, weight::Chooser::us);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (resolver.is_waiting(weight::Chooser::us) && std::chrono::steady_clock::now() < end) {
        resolver.wait(std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()));
    }
    resolver.give_up(weight::Chooser::us);
    bool are_good = true;
    for (const weight::ListReport& report : weight::trial_reports(settings.lists, resolver.answers())) {
        print(sys::cleaned(report.zone + ": " + report.finding) + '\n');
        are_good = are_good && report.is_good;
    }
    return are_good ? EX_OK : findings;
}

// --- convert-policyd-weight ---

const command::Command<OneFile> convert_words{"convert-policyd-weight", "FILE", {}, take_one_file};

int convert_policyd_weight(const OneFile& job) {
    const std::string& path = path_of(job);
    constexpr std::size_t largest_config = std::size_t{1024} * 1024;
    const weight::Converted converted = weight::convert_policyd_weight(sys::read_file(path, largest_config));
    print(converted.config);
    for (const std::string& complaint : converted.complaints) {
        complain("greyrules: " + path + ": " + sys::cleaned(complaint) + '\n');
    }
    return converted.complaints.empty() ? EX_OK : findings;
}

template <typename Job>
int run(const command::Command<Job>& command, int (*work)(const Job&), const Words& words) {
    if (command::asks_for_help(words)) {
        print(help_of("greyrules", command));
        return EX_OK;
    }
    return work(job_of(command, words));
}

int run(const Words& words) {
    const std::string command = words.empty() ? "" : words[0];
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (command == compile_words.name) {
        return run(compile_words, compile, rest);
    }
    if (command == match_words.name) {
        return run(match_words, match, rest);
    }
    if (command == list_words.name) {
        return run(list_words, list, rest);
    }
    if (command == check_words.name) {
        return run(check_words, check_dns, rest);
    }
    if (command == convert_words.name) {
        return run(convert_words, convert_policyd_weight, rest);
    }
    if (command == "--help") {
        print(usage);
        return EX_OK;
    }
    if (command == "--version") {
        print("greyrules " + std::string{version} + "\nwith " + linked_libraries() + '\n');
        return EX_OK;
    }
    throw Misuse{};
}

// What is still in the buffer counts too.
int finished(int status) {
    if (std::fflush(stdout) != 0) {
        throw sys::Trouble{"write", "standard output", errno};
    }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return finished(run(Words{argv + 1, argv + argc}));
    } catch (const Misuse& misuse) {
        if (!misuse.what.empty()) {
            complain("greyrules: " + sys::cleaned(misuse.what) + '\n');
        }
        complain(usage);
        return EX_USAGE;
    } catch (const std::exception& error) {
        complain("greyrules: " + sys::cleaned(error.what()) + '\n');
        return EX_IOERR;
    }
}
