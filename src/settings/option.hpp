// One option: a row that says how it is called, what its help tells, and how its value becomes a setting. The
// usual row names the kind of its value and the field:
//
//     option<Flag, &Settings::sync>("sync", "a change is on the disk before the answer goes out"),
//
// A field of a field is named by both: <Seconds, &Settings::rule, &Rule::delay>.
#pragma once

#include "settings/value.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace settings {

// `Settings`: what a part of the program keeps its own in.
template <typename Settings>
struct Option {
    std::string_view name;
    const char* help;
    const char* takes;                          // what stands in the help text for its value
    const char* when_bare;                      // its value where none is given; null: one must be given
    void (*set)(Settings&, const std::string&); // throws WrongValue
    std::string (*shown)(const Settings&);      // the value as text; null: nothing to show
    bool in_config = true;                      // a configuration file may have it
};

// --- the kinds of values: what stands in the help text, how text is read, and how the value is shown ---

struct Flag {
    static constexpr const char* takes = "yes|no";
    static constexpr const char* when_bare = "yes";
    static bool from(const std::string& text) { return flag_from(text); }
    static std::string shown(bool value) { return settings::shown(value); }
};

// The field has the opposite sense.
struct NotFlag : Flag {
    static bool from(const std::string& text) { return !flag_from(text); }
    static std::string shown(bool value) { return settings::shown(!value); }
};

struct NeedsValue {
    static constexpr const char* when_bare = nullptr;
};

template <std::uint64_t most>
struct Count : NeedsValue {
    static constexpr const char* takes = "N";
    static std::uint64_t from(const std::string& text) { return count_from(text, most); }
    static std::string shown(std::uint64_t value) { return std::to_string(value); }
};

template <unsigned most>
struct Prefix : NeedsValue {
    static constexpr const char* takes = "PREFIX";
    static unsigned from(const std::string& text) { return prefix_from(text, most); }
    static std::string shown(unsigned value) { return std::to_string(value); }
};

// A number without a letter counts seconds.
struct Seconds : NeedsValue {
    static constexpr const char* takes = "SECONDS";
    static sys::Seconds from(const std::string& text) { return duration_from(text, second); }
    static std::string shown(sys::Seconds value) { return shown_duration(value, second); }
};

struct SecondsAbove0 : Seconds {
    static sys::Seconds from(const std::string& text) { return above_0(duration_from(text, second)); }
};

// A number without a letter counts days.
struct Days : NeedsValue {
    static constexpr const char* takes = "DAYS";
    static sys::Seconds from(const std::string& text) { return duration_from(text, day); }
    static std::string shown(sys::Seconds value) { return shown_duration(value, day); }
};

// Bytes, not fewer than `least`.
template <std::uint64_t least>
struct Size : NeedsValue {
    static constexpr const char* takes = "SIZE";
    static std::uint64_t from(const std::string& text) { return size_from(text, least); }
    static std::string shown(std::uint64_t value) { return shown_size(value); }
};

struct Text : NeedsValue {
    static constexpr const char* takes = "TEXT";
    static std::string from(const std::string& text) { return text; }
    static std::string shown(const std::string& value) { return value; }
};

struct OneLine : Text {
    static std::string from(const std::string& text) { return one_line_from(text); }
};

struct File : Text {
    static constexpr const char* takes = "FILE";
    static std::string from(const std::string& text) { return something_from(text, "a file"); }
};

struct HostName : Text {
    static constexpr const char* takes = "NAME";
    static std::string from(const std::string& text) { return something_from(text, "a host name"); }
};

struct Words : NeedsValue {
    static constexpr const char* takes = "WORD...";
    static std::vector<std::string> from(const std::string& text) { return words_from(text); }
    static std::string shown(const std::vector<std::string>& value) { return settings::shown(value); }
};

// One of the names in an array of Choice.
template <const auto& choices>
struct OneOf : NeedsValue {
    static constexpr const char* takes = "WORD";
    using Value = std::remove_cvref_t<decltype(choices[0].value)>;
    static Value from(const std::string& text) { return one_of(choices, text); }
    static std::string shown(const Value& value) { return name_in(choices, value); }
};

// --- the usual row ---

template <auto first, auto... more>
struct Field;

// Named, since one clang-format writes `*first` and another `* first`.
template <typename Owner, typename Value>
using Member = Value Owner::*;

template <typename Owner, typename Value, Member<Owner, Value> first, auto... more>
struct Field<first, more...> {
    using Settings = Owner;
    static constexpr auto& of(Owner& settings) { return ((settings.*first).*....*more); }
    static constexpr const auto& of(const Owner& settings) { return ((settings.*first).*....*more); }
};

// The help text does not show its default.
template <typename Kind, auto... field>
constexpr auto option_without_default(std::string_view name, const char* help,
                                      const char* takes = Kind::takes,
                                      const char* when_bare = Kind::when_bare) {
    using F = Field<field...>;
    using S = typename F::Settings;
    using Value = std::remove_reference_t<decltype(F::of(std::declval<S&>()))>;
    return Option<S>{name,
                     help,
                     takes,
                     when_bare,
                     [](S& s, const std::string& v) { F::of(s) = static_cast<Value>(Kind::from(v)); },
                     nullptr};
}

template <typename Kind, auto... field>
constexpr auto option(std::string_view name, const char* help, const char* takes = Kind::takes,
                      const char* when_bare = Kind::when_bare) {
    using F = Field<field...>;
    using S = typename F::Settings;
    Option<S> row = option_without_default<Kind, field...>(name, help, takes, when_bare);
    row.shown = [](const S& s) { return std::string{Kind::shown(F::of(s))}; };
    return row;
}

} // namespace settings
