// The files of an import: which file and line of it a line was.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace transfer {

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
