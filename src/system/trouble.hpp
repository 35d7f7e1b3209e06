// Trouble with the world: what was being done to what, and what the system answered.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sys {

// Its text reads "open /var/lib/greyonce/greylist.state: Permission denied".
class Trouble : public std::runtime_error {
  public:
    // `error` is an errno value.
    Trouble(std::string_view doing, std::string_view what, int error);
    // For trouble that is not a failed system call: "read FILE: not a greyonce state".
    Trouble(std::string_view doing, std::string_view what, std::string_view why);

    // The errno value, 0 where there is none.
    [[nodiscard]] int error() const { return error_; }

  private:
    int error_ = 0;
};

} // namespace sys
