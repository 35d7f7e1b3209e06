#include "command.hpp"

#include "described.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <sstream>

namespace po = boost::program_options;

namespace command {

namespace {

po::options_description described(const std::vector<OptionText>& options) {
    po::options_description description{"Options"};
    for (const OptionText& option : options) {
        add_described(description, {option.name, option.help, option.takes, false, option.shown});
    }
    return description;
}

// Takes --name= off the words, which Boost takes for a value forgotten.
std::vector<po::option> take_empty_value(Words& words) {
    const std::string& first = words.front();
    if (!first.starts_with("--") || first.size() < 4 || first.find('=') != first.size() - 1) {
        return {};
    }
    const po::option said{first.substr(2, first.size() - 3), {""}};
    words.erase(words.begin());
    return {said};
}

} // namespace

std::vector<Said> read_words(std::string_view command, const std::vector<OptionText>& options,
                             const Words& words) {
    namespace style = po::command_line_style;
    const po::options_description description = described(options);
    std::vector<Said> all;
    try {
        const auto parsed =
            po::command_line_parser(words)
                .options(description)
                .extra_style_parser(take_empty_value)
                .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next |
                       style::allow_short | style::allow_dash_for_short | style::short_allow_next |
                       style::short_allow_adjacent)
                .run();
        for (const po::option& option : parsed.options) {
            all.push_back({option.string_key, option.value.empty() ? "yes" : option.value.front()});
        }
    } catch (const po::unknown_option& unknown) {
        const std::string word = unknown.get_option_name(); // with its value
        throw Misuse{std::string{command} + " has no option " + word.substr(0, word.find('='))};
    } catch (const po::error& error) {
        throw Misuse{error.what()};
    }
    return all;
}

std::string help_text(std::string_view usage, const std::vector<OptionText>& options) {
    std::ostringstream text;
    text << usage << '\n';
    if (!options.empty()) {
        text << '\n' << described(options);
    }
    return text.str();
}

bool asks_for_help(const Words& words) {
    return std::ranges::find(words, "--help") != words.end();
}

} // namespace command
