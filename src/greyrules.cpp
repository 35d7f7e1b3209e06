// greyrules(8): compiles whitelists and rules into the one file that greyonce reads, and says what is in it.
// This file owns the command line, the output and the exit status; what an entry means is said in rules/.
#include "linked_libraries.hpp"
#include "options.hpp"
#include "rules/compiled.hpp"
#include "rules/compiler.hpp"
#include "rules/postgrey_lists.hpp"
#include "rules/rules_file.hpp"
#include "rules/table.hpp"
#include "rules/verdict_text.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "version.hpp"
#include "weight/convert.hpp"
#include "weight/resolver.hpp"
#include "weight/trial.hpp"

#include <getopt.h>
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
    "       greyrules --help | --version\n";

constexpr int nothing_found = 1;
constexpr int findings = 1;

// Wrong words on the command line: what is wrong with them.
struct Misuse {
    std::string why;
};

using Words = std::vector<std::string>;

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
        int format; // as its option's letter; 1 for rules
        std::string path;
    };
    std::vector<Source> sources; // in the order of the command line
    std::string output;
    bool only_checks = false;
    bool is_strict = false;
};

CompileJob compile_job(int argc, char** argv) {
    static const std::array<option, 6> options{{{"output", required_argument, nullptr, 'o'},
                                                {"whitelist-clients", required_argument, nullptr, 'c'},
                                                {"whitelist-recipients", required_argument, nullptr, 'r'},
                                                {"check", no_argument, nullptr, 'n'},
                                                {"strict", no_argument, nullptr, 's'},
                                                {nullptr, 0, nullptr, 0}}};
    CompileJob job;
    int chosen = 0;
    // With `-` first, words that are no options come as option 1, in their place.
    while ((chosen = ::getopt_long(argc, argv, "-o:", options.data(), nullptr)) != -1) {
        switch (chosen) {
        case 'o':
            job.output = optarg;
            break;
        case 'n':
            job.only_checks = true;
            break;
        case 's':
            job.is_strict = true;
            break;
        case 'c':
        case 'r':
        case 1:
            job.sources.push_back({chosen, optarg});
            break;
        default:
            throw Misuse{};
        }
    }
    for (int i = optind; i < argc; ++i) {
        job.sources.push_back({1, argv[i]});
    }
    if (job.output.empty() != job.only_checks) {
        throw Misuse{"expected either -o FILE.cdb or --check"};
    }
    return job;
}

void read_source(const CompileJob::Source& source, rules::Compiler& compiler) {
    if (source.format == 'c') {
        rules::read_client_list(source.path, compiler);
    } else if (source.format == 'r') {
        rules::read_recipient_list(source.path, compiler);
    } else {
        rules::read_rules(source.path, compiler);
    }
}

int compile(int argc, char** argv) {
    const CompileJob job = compile_job(argc, argv);
    rules::Compiler compiler;
    if (job.only_checks) {
        compiler.only_check();
    } else {
        compiler.write_to(job.output);
    }
    for (const CompileJob::Source& source : job.sources) {
        read_source(source, compiler);
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

int match(const std::string& path, const Words& attributes) {
    const rules::Subject subject = subject_of(attributes);
    const rules::Table table{path};
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

int list(const std::string& path) {
    const rules::Compiled compiled{path};
    compiled.each([](const rules::Compiled::Record& record) {
        std::string_view rest = record.value;
        const std::string_view source = rules::take_word(rest);
        const std::string entry = rules::entry_text(record.key, rest);
        print(sys::cleaned(std::string{"at "}.append(source).append(" ") + entry) + '\n');
    });
    return EX_OK;
}

// --- check-dns ---

// The lists and nameservers of a configuration, and nameservers from the command line in place of its own.
weight::Settings weight_settings(int argc, char** argv) {
    static const std::array<option, 3> options{{{"config", required_argument, nullptr, 'c'},
                                                {"nameserver", required_argument, nullptr, 'n'},
                                                {nullptr, 0, nullptr, 0}}};
    std::string config;
    Words nameservers;
    int chosen = 0;
    while ((chosen = ::getopt_long(argc, argv, "", options.data(), nullptr)) != -1) {
        if (chosen == 'c') {
            config = optarg;
        } else if (chosen == 'n') {
            nameservers.emplace_back(optarg);
        } else {
            throw Misuse{};
        }
    }
    decision::Settings settings;
    const auto complaints = options::read_config(
        config.empty() ? std::string{options::default_config} : config, !config.empty(), settings);
    if (!complaints.empty()) {
        throw Misuse{complaints.front()};
    }
    weight::Settings weight = settings.weight.value_or(weight::Settings{});
    if (!nameservers.empty()) {
        weight.nameservers = nameservers;
    }
    return weight;
}

int check_dns(int argc, char** argv) {
    constexpr std::chrono::seconds patience{5};
    const weight::Settings settings = weight_settings(argc, argv);
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

int convert_policyd_weight(const std::string& path) {
    constexpr std::size_t largest_config = std::size_t{1024} * 1024;
    const weight::Converted converted = weight::convert_policyd_weight(sys::read_file(path, largest_config));
    print(converted.config);
    for (const std::string& complaint : converted.complaints) {
        complain("greyrules: " + path + ": " + sys::cleaned(complaint) + '\n');
    }
    return converted.complaints.empty() ? EX_OK : findings;
}

void expect_no_options(const Words& words) {
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        if (word->size() > 1 && word->front() == '-') {
            throw Misuse{words[0] + " has no option " + *word};
        }
    }
}

int run(int argc, char** argv) {
    const Words words(argv + 1, argv + argc);
    const std::string command = words.empty() ? "" : words[0];
    if (command == "match" || command == "list" || command == "convert-policyd-weight") {
        expect_no_options(words);
    }
    if (command == "compile") {
        return compile(argc - 1, argv + 1);
    }
    if (command == "match" && words.size() > 1) {
        return match(words[1], {words.begin() + 2, words.end()});
    }
    if (command == "list" && words.size() == 2) {
        return list(words[1]);
    }
    if (command == "check-dns") {
        return check_dns(argc - 1, argv + 1);
    }
    if (command == "convert-policyd-weight" && words.size() == 2) {
        return convert_policyd_weight(words[1]);
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
        return finished(run(argc, argv));
    } catch (const Misuse& misuse) {
        if (!misuse.why.empty()) {
            complain("greyrules: " + sys::cleaned(misuse.why) + '\n');
        }
        complain(usage);
        return EX_USAGE;
    } catch (const std::exception& error) {
        complain("greyrules: " + sys::cleaned(error.what()) + '\n');
        return EX_IOERR;
    }
}
