#include "options.hpp"

#include "rules/access_action.hpp"
#include "settings/config_file.hpp"
#include "settings/duration.hpp"
#include "system/lines.hpp"
#include "system/read_file.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"
#include "weight/configuration.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace po = boost::program_options;
using namespace std::chrono_literals;

namespace {

// A configuration file is a page or two.
constexpr std::size_t largest_config = std::size_t{1024} * 1024;

// --- values: text to value, or what was expected instead ---

struct WrongValue {
    std::string expected;
};

std::uint64_t number(std::string_view text, std::uint64_t most, const std::string& expected) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) {
        throw WrongValue{expected};
    }
    return value;
}

unsigned prefix(std::string_view text, unsigned most) {
    return static_cast<unsigned>(number(text, most, "a prefix length from 0 to " + std::to_string(most)));
}

sys::Seconds duration(std::string_view text, sys::Seconds unit) {
    const auto value = settings::duration_from(text, unit);
    return value ? *value : throw WrongValue{settings::duration_expected(unit)};
}

sys::Seconds above_0(std::string_view text) {
    const sys::Seconds limit = duration(text, 1s);
    return limit > 0s ? limit : throw WrongValue{"a duration above 0"};
}

std::uint64_t file_size(std::string_view text) {
    // Less would not hold the pages that every state has (greyonce-state(5)).
    constexpr std::uint64_t smallest = std::uint64_t{2} << 20U;
    const std::string expected = "a number of bytes, or a number followed by K, M or G, of at least 2M";
    unsigned shift = 0;
    for (const char unit : {'K', 'M', 'G'}) {
        shift += 10;
        if (text.ends_with(unit) || text.ends_with(static_cast<char>(unit - 'A' + 'a'))) {
            text.remove_suffix(1);
            const std::uint64_t most = std::numeric_limits<std::int64_t>::max() >> shift;
            const std::uint64_t bytes = number(text, most, expected) << shift;
            return bytes >= smallest ? bytes : throw WrongValue{expected};
        }
    }
    const std::uint64_t bytes = number(text, std::numeric_limits<std::int64_t>::max(), expected);
    return bytes >= smallest ? bytes : throw WrongValue{expected};
}

bool yes_or_no(std::string_view text) {
    if (text == "yes" || text == "true" || text == "on" || text == "1") {
        return true;
    }
    if (text == "no" || text == "false" || text == "off" || text == "0") {
        return false;
    }
    throw WrongValue{"yes or no"};
}

std::string something(const std::string& text, const std::string& expected) {
    return text.empty() ? throw WrongValue{expected} : text;
}

std::string action(const std::string& text) {
    if (const auto wrong = rules::whats_wrong(text)) {
        throw WrongValue{"an action of access(5); this is " + *wrong};
    }
    return text;
}

std::string header(const std::string& text) {
    if (!text.empty() && rules::whats_wrong("PREPEND " + text)) {
        throw WrongValue{"a header, Name: value, or nothing"};
    }
    return text;
}

// Adds one more server; nothing: those before it are not asked.
void add_server(std::vector<ask::Server>& servers, const std::string& text) {
    if (text.empty()) {
        servers.clear();
        return;
    }
    auto server = ask::parse_server(text);
    servers.push_back(
        server ? *std::move(server)
               : throw WrongValue{"unix:/PATH, inet:HOST:PORT or inet:[IPV6]:PORT, NAME= before it or not"});
}

std::string one_line(const std::string& text) {
    return sys::one_line(text) == text ? text : throw WrongValue{"one line of text"};
}

template <typename Value>
struct Named {
    std::string_view name;
    Value value;
};

template <typename Value, std::size_t count>
Value one_of(const std::array<Named<Value>, count>& choices, std::string_view text) {
    std::string expected = "one of";
    for (const auto& choice : choices) {
        if (choice.name == text) {
            return choice.value;
        }
        expected.append(" ").append(choice.name);
    }
    throw WrongValue{expected};
}

template <typename Value, std::size_t count>
std::string name_of(const std::array<Named<Value>, count>& choices, Value value) {
    for (const auto& choice : choices) {
        if (choice.value == value) {
            return std::string{choice.name};
        }
    }
    return {};
}

constexpr std::array<Named<LogTo>, 3> log_places{
    {{"syslog", LogTo::syslog}, {"stderr", LogTo::stderr_stream}, {"none", LogTo::none}}};
constexpr std::array<Named<AskWhen>, 2> ask_times{{{"before", AskWhen::before}, {"after", AskWhen::after}}};
constexpr std::array<Named<AskOk>, 2> ask_oks{{{"pass", AskOk::pass}, {"continue", AskOk::continues}}};
constexpr std::array<Named<Clock>, 2> clocks{{{"system", Clock::system}, {"request", Clock::request}}};
constexpr std::array<Named<int>, 19> facilities{{
    {"mail", LOG_MAIL},         {"daemon", LOG_DAEMON}, {"user", LOG_USER},     {"auth", LOG_AUTH},
    {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},     {"ftp", LOG_FTP},       {"lpr", LOG_LPR},
    {"news", LOG_NEWS},         {"syslog", LOG_SYSLOG}, {"uucp", LOG_UUCP},     {"local0", LOG_LOCAL0},
    {"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5},     {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
}};

std::string in_units(sys::Seconds value, sys::Seconds unit) {
    return std::to_string(value / unit);
}
std::string yes_no(bool value) {
    return value ? "yes" : "no";
}

// --- the options, each defined once ---

struct Option {
    const char* name;
    const char* takes; // what stands in the help text for its value
    const char* help;
    void (*set)(CommandLine&, const std::string&); // throws WrongValue
    std::string (*shown)(const Settings&);         // the value as text; null: nothing to show
    const char* when_bare = nullptr; // its value where none is given; null: a value must be given
    bool in_config = true;
    const weight::Setting* weight = nullptr; // where it is one of these: in place of `set` and `shown`

    constexpr Option(const char* its_name, const char* its_value, const char* its_help,
                     void (*setter)(CommandLine&, const std::string&), std::string (*show)(const Settings&),
                     const char* bare = nullptr, bool may_be_in_config = true)
        : name(its_name), takes(its_value), help(its_help), set(setter), shown(show), when_bare(bare),
          in_config(may_be_in_config) {}
    constexpr explicit Option(const weight::Setting& setting)
        : name(setting.name), takes(setting.takes), help(setting.help), set(nullptr), shown(nullptr),
          weight(&setting) {}
};

using C = CommandLine;
using S = Settings;
using T = std::string;

weight::Settings& weight_of(CommandLine& line) {
    auto& settings = line.settings.weight;
    return settings ? *settings : settings.emplace();
}

constexpr std::array own_table{
    Option{"help", "yes|no", "print this and exit", [](C& c, const T& v) { c.help = yes_or_no(v); }, nullptr,
           "yes", false},
    Option{"version", "yes|no", "print the version and exit",
           [](C& c, const T& v) { c.version = yes_or_no(v); }, nullptr, "yes", false},
    Option{"config", "FILE", "the configuration file: these options, one `name = value` a line",
           [](C&, const T& v) { something(v, "a file"); }, [](const S&) { return T{default_config}; },
           nullptr, false},
    Option{"base64", "BLOB", "the request, as one word of base64", [](C& c, const T& v) { c.base64 = v; },
           nullptr, nullptr, false},

    Option{"delay", "SECONDS", "an attempt this long after the first passes",
           [](C& c, const T& v) { c.settings.rule.delay = duration(v, 1s); },
           [](const S& s) { return in_units(s.rule.delay, 1s); }},
    Option{"retry-window", "DAYS", "who has not passed after this time starts over",
           [](C& c, const T& v) { c.settings.rule.retry_window = duration(v, 24h); },
           [](const S& s) { return in_units(s.rule.retry_window, 24h); }},
    Option{"max-age", "DAYS", "what was not seen for this time is forgotten",
           [](C& c, const T& v) { c.settings.rule.max_age = duration(v, 24h); },
           [](const S& s) { return in_units(s.rule.max_age, 24h); }},
    Option{"auto-whitelist-clients", "N",
           "a client that came back N times need not wait any more; 0: it always may have to",
           [](C& c, const T& v) {
               c.settings.rule.auto_whitelist_clients = number(
                   v, greylist::most_counted, "a number up to " + std::to_string(greylist::most_counted));
           },
           [](const S& s) { return std::to_string(s.rule.auto_whitelist_clients); }, "5"},
    Option{"lookup-by-subnet", "yes|no", "all addresses of a network are one client (the default)",
           [](C& c, const T& v) { c.settings.grouping.by_host = !yes_or_no(v); }, nullptr, "yes"},
    Option{"lookup-by-host", "yes|no", "each address is a client of its own",
           [](C& c, const T& v) { c.settings.grouping.by_host = yes_or_no(v); },
           [](const S& s) { return yes_no(s.grouping.by_host); }, "yes"},
    Option{"ipv4cidr", "PREFIX", "length of an IPv4 network's prefix",
           [](C& c, const T& v) { c.settings.grouping.ipv4_prefix = prefix(v, 32); },
           [](const S& s) { return std::to_string(s.grouping.ipv4_prefix); }},
    Option{"ipv6cidr", "PREFIX", "length of an IPv6 network's prefix",
           [](C& c, const T& v) { c.settings.grouping.ipv6_prefix = prefix(v, 128); },
           [](const S& s) { return std::to_string(s.grouping.ipv6_prefix); }},
    Option{"privacy", "yes|no", "store hashes in place of addresses",
           [](C& c, const T& v) { c.settings.grouping.hashed = yes_or_no(v); },
           [](const S& s) { return yes_no(s.grouping.hashed); }, "yes"},
    Option{"greylist-action", "ACTION", "the action for who has to wait, without its text",
           [](C& c, const T& v) { c.settings.greylist_action = something(v, "an action of access(5)"); },
           [](const S& s) { return s.greylist_action; }},
    Option{"greylist-text", "TEXT", "its text; %s: seconds to wait, %r: the recipient's domain",
           [](C& c, const T& v) { c.settings.greylist_text = v; },
           [](const S& s) { return s.greylist_text; }},
    Option{
        "x-greylist-header", "HEADER",
        "header of mail that had to wait; %t: seconds waited, %v: version, %h: host, %d: date; empty: none",
        [](C& c, const T& v) { c.settings.x_greylist_header = header(v); },
        [](const S& s) { return s.x_greylist_header; }},
    Option{"hostname", "NAME", "the name for %h (default: the system's)",
           [](C& c, const T& v) { c.settings.hostname = something(v, "a host name"); }, nullptr},

    Option{"rules", "FILE", "the compiled rules (greyrules(8))",
           [](C& c, const T& v) { c.settings.rules = something(v, "a file"); },
           [](const S& s) { return s.rules; }},
    Option{"state", "FILE", "the greylist state (greystate(8))",
           [](C& c, const T& v) { c.settings.state = something(v, "a file"); },
           [](const S& s) { return s.state; }},
    Option{"max-state-size", "SIZE", "the state grows no larger; with K, M or G",
           [](C& c, const T& v) { c.settings.max_state_size = file_size(v); },
           [](const S& s) { return std::to_string(s.max_state_size >> 30U) + "G"; }},
    Option{"sync", "yes|no", "a change is on the disk before the answer goes out",
           [](C& c, const T& v) { c.settings.sync = yes_or_no(v); },
           [](const S& s) { return yes_no(s.sync); }, "yes"},

    Option{
        "ask", "[NAME=]SERVER",
        "another policy server, unix:/PATH or inet:HOST:PORT; may be repeated; with a name it is asked where "
        "a rule says so",
        [](C& c, const T& v) { add_server(c.settings.servers, v); }, nullptr},
    Option{"ask-when", "WHEN", "before or after the greylist",
           [](C& c, const T& v) { c.settings.ask_when = one_of(ask_times, v); },
           [](const S& s) { return name_of(ask_times, s.ask_when); }},
    Option{"ask-ok", "WHAT", "a server's OK: pass ends the decision, continue is no opinion",
           [](C& c, const T& v) { c.settings.ask_ok = one_of(ask_oks, v); },
           [](const S& s) { return name_of(ask_oks, s.ask_ok); }},
    Option{"ask-timeout", "SECONDS", "a server that has not answered by then has no opinion",
           [](C& c, const T& v) { c.settings.ask_timeout = above_0(v); },
           [](const S& s) { return in_units(s.ask_timeout, 1s); }},
    Option{"ask-context", "TEXT", "servers are sent it as the attribute policy_context",
           [](C& c, const T& v) { c.settings.ask_context = one_line(v); }, nullptr},
    Option{"no-greylist", "yes|no", "the greylist is not asked, and no state is touched",
           [](C& c, const T& v) { c.settings.greylisting = !yes_or_no(v); },
           [](const S& s) { return yes_no(!s.greylisting); }, "yes"},

    Option{"deadline", "SECONDS", "the answer goes out by then, whatever it waits for",
           [](C& c, const T& v) { c.settings.deadline = above_0(v); },
           [](const S& s) { return in_units(s.deadline, 1s); }},
    Option{"on-error", "ACTION", "the answer in trouble of ours",
           [](C& c, const T& v) { c.settings.on_error = action(v); }, [](const S& s) { return s.on_error; }},
    Option{"on-malformed", "ACTION", "the answer to a malformed request, which a client may have caused",
           [](C& c, const T& v) { c.settings.on_malformed = action(v); },
           [](const S& s) { return s.on_malformed; }},
    Option{"log", "WHERE", "syslog, stderr or none",
           [](C& c, const T& v) { c.settings.log = one_of(log_places, v); },
           [](const S& s) { return name_of(log_places, s.log); }},
    Option{"syslog-facility", "NAME", "the facility of syslog lines",
           [](C& c, const T& v) { c.settings.syslog_facility = one_of(facilities, v); },
           [](const S& s) { return name_of(facilities, s.syslog_facility); }},
    Option{"clock", "WHICH", "system, or request: the attribute policy_test_time",
           [](C& c, const T& v) { c.settings.clock = one_of(clocks, v); },
           [](const S& s) { return name_of(clocks, s.clock); }},
    Option{"dry-run", "yes|no", "log the decision, answer DUNNO",
           [](C& c, const T& v) { c.settings.dry_run = yes_or_no(v); },
           [](const S& s) { return yes_no(s.dry_run); }, "yes"},
    Option{"until-eof", "yes|no", "answer request after request until end of file",
           [](C& c, const T& v) { c.settings.until_eof = yes_or_no(v); },
           [](const S& s) { return yes_no(s.until_eof); }, "yes"},
    Option{"explain", "yes|no",
           "print the checks of the weight, their lookups and scores, in place of an answer",
           [](C& c, const T& v) { c.settings.explain = yes_or_no(v); }, nullptr, "yes", false},
    Option{"exit-status", "yes|no", "exit with 0 pass, 75 defer, 77 reject",
           [](C& c, const T& v) { c.settings.exit_status = yes_or_no(v); },
           [](const S& s) { return yes_no(s.exit_status); }, "yes"},
};

template <std::size_t... own, std::size_t... weights>
constexpr auto with_weight(std::index_sequence<own...> /*of own_table*/,
                           std::index_sequence<weights...> /*of the weight's*/) {
    return std::array{own_table[own]..., Option{weight::settings_table[weights]}...};
}

// The weight's settings are options too (weight/configuration.hpp).
constexpr auto table = with_weight(std::make_index_sequence<own_table.size()>{},
                                   std::make_index_sequence<weight::settings_table.size()>{});

void set(const Option& option, CommandLine& line, const std::string& value) {
    if (option.weight == nullptr) {
        option.set(line, value);
        return;
    }
    try {
        option.weight->set(weight_of(line), value);
    } catch (const std::invalid_argument& wrong) {
        throw WrongValue{wrong.what()};
    }
}

std::optional<std::string> shown(const Option& option) {
    if (option.shown != nullptr) {
        return option.shown(Settings{});
    }
    if (option.weight != nullptr && option.weight->shown != nullptr) {
        return option.weight->shown(weight::Settings{});
    }
    return std::nullopt;
}

const Option* find_option(std::string_view name) {
    for (const Option& option : table) {
        if (option.name == name) {
            return &option;
        }
    }
    return nullptr;
}

// --- Boost reads the command line by the table ---

// How the help text shows an option. What is said is taken as text, and set by the table.
class Value : public po::value_semantic {
  public:
    explicit Value(const Option& option) : option_(option) {}

    [[nodiscard]] std::string name() const override {
        std::string text =
            option_.when_bare == nullptr ? option_.takes : std::string{"[="} + option_.takes + "]";
        if (const auto value = shown(option_)) {
            text.append(" (=").append(*value).append(")");
        }
        return text;
    }
    [[nodiscard]] unsigned min_tokens() const override { return option_.when_bare == nullptr ? 1 : 0; }
    [[nodiscard]] unsigned max_tokens() const override { return 1; }
    [[nodiscard]] bool is_composing() const override { return false; }
    [[nodiscard]] bool is_required() const override { return false; }
    void parse(boost::any& /*store*/, const std::vector<std::string>& /*tokens*/,
               bool /*utf8*/) const override {}
    bool apply_default(boost::any& /*store*/) const override { return false; }
    void notify(const boost::any& /*store*/) const override {}

  private:
    const Option& option_;
};

po::options_description described() {
    po::options_description description{
        "Options, on the command line (--name VALUE) or in the configuration file (name = VALUE)"};
    for (const Option& option : table) {
        description.add_options()(option.name, new Value{option}, option.help);
    }
    return description;
}

// Takes an option of the table off the arguments: --delay 60, --delay=60, --privacy; nothing where the first
// of them is none. Boost asks this of each argument. Were it given the description instead, it would start a
// stream and the whole of its locale: 40,000 instructions, and 4,000 more for each further option.
std::vector<po::option> take_option(std::vector<std::string>& arguments) {
    const std::string& first = arguments.front();
    if (!first.starts_with("--")) {
        return {};
    }
    const std::size_t equals = first.find('=');
    const Option* const option = find_option(std::string_view{first}.substr(0, equals).substr(2));
    if (option == nullptr) {
        return {};
    }
    po::option said{option->name, {}};
    std::ptrdiff_t taken = 1;
    if (equals != std::string::npos) {
        said.value.push_back(first.substr(equals + 1));
    } else if (option->when_bare == nullptr && arguments.size() > 1) {
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
    const Option* option = find_option(name);
    if (option == nullptr || (from_config && !option->in_config)) {
        line.complaints.push_back(where + name + ": no such option" +
                                  (from_config ? " in a configuration file" : ""));
        return;
    }
    if (said == nullptr && option->when_bare == nullptr) {
        line.complaints.push_back(where + name + ": expected a value");
        return;
    }
    const std::string value = said == nullptr ? option->when_bare : *said;
    try {
        set(*option, line, value);
    } catch (const WrongValue& wrong) {
        line.complaints.push_back(where + name + ": \"" + value + "\": expected " + wrong.expected);
    }
}

void read_config_text(const std::string& path, std::string_view text, CommandLine& line) {
    if (sys::is_utf16(text)) {
        line.complaints.push_back(path + ": this is UTF-16: expected UTF-8");
        return;
    }
    settings::ConfigFile file{text};
    while (const auto next = file.next()) {
        const std::string where = path + ":" + std::to_string(next->number) + ": ";
        if (next->name.empty()) {
            line.complaints.push_back(where + "no option: expected name = value");
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
        line.complaints.emplace_back(trouble.what());
    }
}

// What is wrong only together.
void check_together(CommandLine& line) {
    const Settings& settings = line.settings;
    const std::string whole = settings.greylist_action + " " + settings.greylist_text;
    if (const auto wrong = rules::whats_wrong(whole)) {
        line.complaints.push_back("greylist-action and greylist-text: \"" + whole +
                                  "\": expected an action of access(5); this is " + *wrong);
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
        line.complaints.push_back("argument \"" + text + "\": expected name=value, or an option");
        return;
    }
    line.attributes.push_back(text);
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
    if (!path.empty()) {
        read_config_file(path, is_named, line);
    }
}

} // namespace

CommandLine read_command_line(int argc, const char* const* argv) {
    CommandLine line;
    const std::vector<po::option> options = parsed(argc, argv, line.complaints);
    read_named_config(line, options);
    for (const po::option& said : options) {
        if (is_attribute(said)) {
            take_argument(line, said);
        } else {
            const std::string* const value = said.value.empty() ? nullptr : &said.value.front();
            apply(line, said.string_key, value, false, "option --");
        }
    }
    if (line.base64 && !line.attributes.empty()) {
        line.complaints.emplace_back("--base64 and name=value arguments: expected one or the other");
    }
    check_together(line);
    return line;
}

std::vector<std::string> read_config(const std::string& path, bool must_exist, Settings& settings) {
    CommandLine line;
    line.settings = settings;
    read_config_file(path, must_exist, line);
    check_together(line);
    settings = line.settings;
    return line.complaints;
}

std::string help_text() {
    std::ostringstream text;
    text << described();
    return text.str();
}
