// The files of an import: their lines, and which file and line of it a line was.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transfer {

// Gives `file` line by line, without line ends; none in place of a line of more than `longest` bytes, which
// is never kept as a whole. Throws sys::Trouble where `path` cannot be read.
void each_line(std::FILE* file, const std::string& path, std::size_t longest,
               const std::function<void(std::optional<std::string_view>)>& take);

// Numbers the lines of several files through.
class Inputs {
  public:
    void begin(const std::string& path) { files_.emplace_back(number_, path); }
    std::size_t next_number() { return ++number_; }
    // PATH:LINE of the line that had this number.
    [[nodiscard]] std::string place(std::size_t number) const;

  private:
    std::size_t number_ = 0;
    std::vector<std::pair<std::size_t, std::string>> files_; // the numbers before, and the path
};

} // namespace transfer
