#include "options.hpp"

#include "ask/options.hpp"
#include "calling/options.hpp"
#include "decision/options.hpp"
#include "described.hpp"
#include "greylist/options.hpp"
#include "rules/options.hpp"
#include "settings/action.hpp"
#include "settings/config_file.hpp"
#include "store/choosing/options.hpp"
#include "system/lines.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "weight/options.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <sstream>
#include <utility>

namespace po = boost::program_options;
namespace options {

namespace {

// A configuration file is a page or two.
constexpr std::size_t largest_config = std::size_t{1024} * 1024;

// --- the options of all parts ---

using C = CommandLine;
using T = std::string;
using settings::Flag;
using settings::Option;

// Those of this program alone. A configuration file has none of them.
constexpr std::array own{
    Option<C>{"help", "print this and exit", Flag::takes, Flag::when_bare,
              [](C& c, const T& v) { c.help = settings::flag_from(v); }, nullptr, false},
    Option<C>{"version", "print the version and exit", Flag::takes, Flag::when_bare,
              [](C& c, const T& v) { c.version = settings::flag_from(v); }, nullptr, false},
    Option<C>{"config", "the configuration file: these options, one `name = value` a line", "FILE", nullptr,
              [](C&, const T& v) { settings::something_from(v, "a file"); },
              [](const C&) { return T{default_config}; }, false},
    Option<C>{"base64", "the request, as one word of base64", "BLOB", nullptr,
              [](C& c, const T& v) { c.call.base64 = v; }, nullptr, false},
    Option<C>{"explain",
              "print what the weight and the greylist look at, and what they find, in place of an answer",
              Flag::takes, Flag::when_bare, [](C& c, const T& v) { c.call.explain = settings::flag_from(v); },
              nullptr, false},
};

// Where the settings of each part are.
C& itself(C& line) {
    return line;
}
calling::Settings& of_calling(C& line) {
    return line.call.calling;
}
decision::Settings& of_decision(C& line) {
    return line.call.decision;
}
rules::Settings& of_rules(C& line) {
    return line.call.decision.rules;
}
greylist::Settings& of_greylist(C& line) {
    return line.call.decision.greylist;
}
store::Settings& of_store(C& line) {
    return line.call.decision.store;
}
ask::Settings& of_ask(C& line) {
    return line.call.decision.ask;
}
weight::Settings& of_weight(C& line) {
    auto& settings = line.call.decision.weight;
    return settings ? *settings : settings.emplace();
}

// A row of any part, which finds the part's settings itself.
struct Row {
    std::string_view name;
    const char* help;
    const char* takes;
    const char* when_bare;
    void (*set)(CommandLine&, const std::string&); // throws settings::WrongValue
    std::string (*shown)();                        // the default as text; null: nothing to show
    bool in_config;
};

template <const auto& rows, auto part, std::size_t at>
constexpr Row row() {
    constexpr const auto& option = rows[at];
    Row row{option.name, option.help, option.takes, option.when_bare, nullptr, nullptr, option.in_config};
    row.set = [](CommandLine& line, const std::string& value) { rows[at].set(part(line), value); };
    if constexpr (option.shown != nullptr) {
        row.shown = [] {
            CommandLine defaults;
            return rows[at].shown(part(defaults));
        };
    }
    return row;
}

template <const auto& rows, auto part>
constexpr auto rows_of = []<std::size_t... at>(std::index_sequence<at...>) {
    return std::array{row<rows, part, at>()...};
}
(std::make_index_sequence<rows.size()>{});

// In the order of the help text.
constexpr std::array<std::span<const Row>, 8> table{
    rows_of<own, itself>,
    rows_of<greylist::options, of_greylist>,
    rows_of<rules::options, of_rules>,
    rows_of<store::options, of_store>,
    rows_of<ask::options, of_ask>,
    rows_of<decision::options, of_decision>,
    rows_of<calling::options, of_calling>,
    rows_of<weight::options, of_weight>,
};

const Row* find_option(std::string_view name) {
    for (const std::span<const Row> rows : table) {
        for (const Row& row : rows) {
            if (row.name == name) {
                return &row;
            }
        }
    }
    return nullptr;
}

// --- Boost reads the command line by the table ---

po::options_description described() {
    po::options_description description{
        "Options, on the command line (--name VALUE) or in the configuration file (name = VALUE)"};
    for (const std::span<const Row> rows : table) {
        for (const Row& row : rows) {
            add_described(description, {row.name, row.help, row.takes, row.when_bare != nullptr,
                                        row.shown == nullptr ? std::string{} : row.shown()});
        }
    }
    return description;
}

// Neither an option nor an attribute.
bool is_only_a_value(const std::string& argument) {
    return !argument.starts_with('-') && argument.find('=') == std::string::npos;
}

// Takes an option of the table off the arguments: --delay 60, --delay=60, --privacy, --privacy no; nothing
// where the first of them is none. Boost asks this of each argument. Were it given the description instead, it would start a
// stream and the whole of its locale: 40,000 instructions, and 4,000 more for each further option.
std::vector<po::option> take_option(std::vector<std::string>& arguments) {
    const std::string& first = arguments.front();
    if (!first.starts_with("--")) {
        return {};
    }
    const std::size_t equals = first.find('=');
    const Row* const option = find_option(std::string_view{first}.substr(0, equals).substr(2));
    if (option == nullptr) {
        return {};
    }
    po::option said{std::string{option->name}, {}};
    std::ptrdiff_t taken = 1;
    if (equals != std::string::npos) {
        said.value.push_back(first.substr(equals + 1));
    } else if (arguments.size() > 1 && (option->when_bare == nullptr || is_only_a_value(arguments[1]))) {
        said.value.push_back(arguments[1]);
        ++taken;
    }
    arguments.erase(arguments.begin(), arguments.begin() + taken);
    return {said};
}

using Complaints = std::vector<std::string>;

// Sets one option; `said` is null where it has no value. What is wrong with it is added to the complaints,
// after `where`.
void apply(CommandLine& line, const std::string& name, const std::string* said, bool from_config,
           const std::string& where) {
    const Row* option = find_option(name);
    if (option == nullptr || (from_config && !option->in_config)) {
        line.call.complaints.push_back(where + name + ": no such option" +
                                       (from_config ? " in a configuration file" : ""));
        return;
    }
    if (said == nullptr && option->when_bare == nullptr) {
        line.call.complaints.push_back(where + name + ": expected a value");
        return;
    }
    const std::string value = said == nullptr ? option->when_bare : *said;
    try {
        option->set(line, value);
    } catch (const settings::WrongValue& wrong) {
        line.call.complaints.push_back(where + name + ": \"" + value + "\": expected " + wrong.expected);
    }
}

void read_config_text(const std::string& path, std::string_view text, CommandLine& line) {
    if (sys::is_utf16(text)) {
        line.call.complaints.push_back(path + ": this is UTF-16: expected UTF-8");
        return;
    }
    settings::ConfigFile file{text};
    while (const auto next = file.next()) {
        const std::string where = path + ":" + std::to_string(next->number) + ": ";
        if (next->name.empty()) {
            line.call.complaints.push_back(where + "no option: expected name = value");
        } else {
            apply(line, next->name, &next->value, true, where);
        }
    }
}

void read_config_file(const std::string& path, bool must_exist, CommandLine& line) {
    if (!must_exist && sys::is_missing(path)) {
        return;
    }
    try {
        read_config_text(path, sys::read_file(path, largest_config), line);
    } catch (const sys::Trouble& trouble) {
        line.call.complaints.emplace_back(trouble.what());
    }
}

// What is wrong only together.
void check_together(CommandLine& line) {
    const greylist::Settings& greylist = line.call.decision.greylist;
    const std::string whole = greylist.action + " " + greylist.text;
    if (const auto wrong = settings::whats_wrong(whole)) {
        line.call.complaints.push_back("greylist-action and greylist-text: \"" + whole +
                                       "\": expected an action of access(5); this is " + *wrong);
    }
    if (greylist.grouping.by_organisation && greylist.grouping.by_host) {
        line.call.complaints.emplace_back("client-key = organisation: expected no lookup-by-host beside it");
    }
}

std::vector<po::option> parsed(int argc, const char* const* argv, Complaints& complaints) {
    try {
        return po::command_line_parser(std::vector<std::string>(argv + 1, argv + argc))
            .options({})
            .extra_style_parser(take_option)
            .style(po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent)
            .allow_unregistered()
            .run()
            .options;
    } catch (const po::error& error) {
        complaints.emplace_back(error.what());
        return {};
    }
}

bool is_attribute(const po::option& said) {
    return said.position_key != -1;
}

void take_argument(CommandLine& line, const po::option& said) {
    const std::string& text = said.value.front();
    if (text.find('=') == std::string::npos || text.starts_with('-')) {
        line.call.complaints.push_back("argument \"" + text + "\": expected name=value, or an option");
        return;
    }
    line.call.attributes.push_back(text);
}

void read_named_config(CommandLine& line, const std::vector<po::option>& options) {
    std::string path{default_config};
    bool is_named = false;
    for (const po::option& said : options) {
        if (said.string_key == "config" && !said.value.empty()) {
            path = said.value.front();
            is_named = true;
        }
    }
    line.config = path;
    if (!path.empty()) {
        read_config_file(path, is_named, line);
    }
}

} // namespace

CommandLine read_command_line(int argc, const char* const* argv) {
    CommandLine line;
    const std::vector<po::option> options = parsed(argc, argv, line.call.complaints);
    read_named_config(line, options);
    for (const po::option& said : options) {
        if (is_attribute(said)) {
            take_argument(line, said);
        } else {
            const std::string* const value = said.value.empty() ? nullptr : &said.value.front();
            apply(line, said.string_key, value, false, "option --");
        }
    }
    if (line.call.base64 && !line.call.attributes.empty()) {
        line.call.complaints.emplace_back("--base64 and name=value arguments: expected one or the other");
    }
    check_together(line);
    return line;
}

std::vector<std::string> read_config(const std::string& path, bool must_exist, decision::Settings& settings) {
    CommandLine line;
    line.call.decision = settings;
    read_config_file(path, must_exist, line);
    check_together(line);
    settings = std::move(line.call.decision);
    return std::move(line.call.complaints);
}

std::string help_text() {
    std::ostringstream text;
    text << described();
    return text.str();
}

} // namespace options
