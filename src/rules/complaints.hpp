// What is wrong with the sources of the rules: all of it is told at once, `FILE:LINE: WHAT: WHAT WAS
// EXPECTED`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rules {

// Where an entry stands: `/etc/greyonce/whitelist_clients:12`.
struct Source {
    std::string file;
    unsigned line = 0;
};

// Reads FILE:LINE, as `at` and the compiled file have it.
Source source_from(std::string_view text);

// `name` with blanks, control bytes and % as %XX.
std::string one_word(std::string_view name);

class Complaints {
  public:
    // The line cannot be taken.
    void wrong(const Source& source, std::string_view what, std::string_view expected);
    // The line is taken, and does not do what it seems to.
    void doubtful(const Source& source, std::string_view what, std::string_view why);

    [[nodiscard]] bool are_errors() const { return errors_ > 0; }
    [[nodiscard]] bool are_any() const { return !lines_.empty(); }
    // Sorted by file and line, cleaned, one a line.
    [[nodiscard]] std::vector<std::string> lines() const;

  private:
    struct Line {
        Source source;
        std::string text;
    };
    std::vector<Line> lines_;
    std::size_t errors_ = 0;
};

} // namespace rules
