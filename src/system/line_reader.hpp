// A file's lines, read in large pieces. Not getline(3), which costs a compile of a million rules a twentieth more.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sys {

class LineReader {
  public:
    // Of an open file, which stays the caller's. `name`: what a message calls it. `longest`: bytes of a line, without
    // its LF; of a longer one no more than that is kept in memory.
    LineReader(int file, std::string name, std::size_t longest);

    struct Line {
        std::string_view
            text; // without its LF, until the next call; the beginning only where the line is too long
        std::size_t size; // bytes of the whole line
        [[nodiscard]] bool is_too_long() const { return text.size() < size; }
    };
    // The next one; the last one may lack its LF. Throws Trouble where the file cannot be read.
    std::optional<Line> next();

  private:
    int file_;
    std::string name_;
    std::size_t longest_;
    std::string buffer_;
    std::string_view unread_; // of what is in the buffer

    bool refill();
    Line take_long_line();
};

} // namespace sys
