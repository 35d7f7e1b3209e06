// Of the malformed requests that one process is asked, the first has a line in the log, and after that one a
// minute: a client that causes one can cause many.
#pragma once

#include "calling/answer.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace calling {

class MalformedLines {
  public:
    // Takes the line of a malformed request away where it comes too early.
    void limit(Answer& answer);

    // Says how many had no line.
    void tell_of_others(std::vector<protocol::LogLine>& lines);

  private:
    std::optional<std::chrono::steady_clock::time_point> last_;
    std::size_t untold_ = 0;
};

} // namespace calling
