// An option as Boost's help text shows it and its parser knows it. Its value is taken as text.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <string>
#include <string_view>

struct Described {
    std::string_view name;    // ends in NUL
    std::string_view help;    // the same
    std::string_view takes;   // empty: nothing
    bool is_optional = false; // the value
    std::string shown{};      // the default; empty: none
};

void add_described(boost::program_options::options_description& description, const Described& option);
