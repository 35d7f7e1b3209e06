// Patterns, as the sources write them: one word each. What they are filed under is asked of keys.hpp. Pure.
#pragma once

#include "rules/keys.hpp"

#include <string>
#include <string_view>

namespace rules {

struct Pattern {
    Form form;
    std::string text;       // in the key
    std::string expression; // where the form is `ending`, without its slashes
    std::string doubt;      // why it never matches, or not what it seems to; mostly empty
};

// Thrown where a word cannot be read: what was expected in its place.
struct Unreadable {
    std::string expected;
    std::string what{}; // the word, where it is only a part of what was to be read
};

// Looks like an address, or has a colon too many for a name.
bool is_meant_as_address(std::string_view word);

// Several addresses in a way that no field takes: 192.0.2.1-192.0.2.9, 192.0.2.1-9, 192.0.2.*, 192.0.2.x.
bool is_meant_as_range(std::string_view word);

// An address, or a network as ADDRESS/LENGTH. Throws Unreadable.
void read_network(Field field, std::string_view word, Pattern& pattern);

// Reads into a pattern that its caller may use again: a million of them take no memory each.
class PatternReader {
  public:
    // A pattern of the rules file. Throws Unreadable, as all of them do.
    void read(Field field, std::string_view word, Pattern& pattern);

    // A regular expression between slashes.
    void read_expression(Field field, std::string_view word, Pattern& pattern);
    // The name, or a mailbox's domain, and all that is below it.
    void read_below(Field field, std::string_view name, Pattern& pattern);
    // user@domain or user@, with or without extensions.
    void read_mailbox(Field field, std::string_view mailbox, Pattern& pattern);

  private:
    std::string folded_;
    Characters characters_; // of what was filed last
    std::string at_domain_;

    [[nodiscard]] std::string_view whats_odd_in_host(std::string_view name) const;
    void read_as_written(Field field, std::string_view word, Pattern& pattern);
    void file(const Form& form, std::string_view value, Pattern& pattern);
    void read_name(Field field, std::string_view word, Pattern& pattern);
    void read_mail(Field field, std::string_view word, Pattern& pattern);
    void read_domain(Field field, std::string_view domain, Pattern& pattern);
    void file_domain(const Form& form, std::string_view domain, Pattern& pattern);
};

} // namespace rules
