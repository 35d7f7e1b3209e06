// What makes the server of a listening socket end, so that the program that listens there starts the next: nobody has
// come for a while, its configuration, rules or program are others now, or it was told to. It ends when no
// conversation is open, and at the latest some seconds after that was found; connections that come meanwhile are served.
#pragma once

#include "system/identity.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace calling {

class Ending {
  public:
    using Clock = std::chrono::steady_clock;

    // How often the files are looked at, and how long open conversations hold it up.
    static constexpr std::chrono::milliseconds between_looks{100};
    static constexpr std::chrono::seconds longest{10};

    // `config`: the configuration file, as it is before it is read. Its program is the one that runs.
    Ending(const std::string& config, Clock::time_point now);

    // The settings that were read then.
    void expect(const std::string& rules, std::chrono::seconds idle);

    // Whether the files were looked at now, for the first time in a while.
    bool look(Clock::time_point now);
    // It was told to end.
    void ask_for(Clock::time_point now);
    // `open`: how many conversations are.
    void count(std::size_t open, Clock::time_point now);

    // Whether to end now: with no conversation open, and with those that are.
    [[nodiscard]] bool is_due(std::size_t open, Clock::time_point now) const;
    [[nodiscard]] bool is_overdue(Clock::time_point now) const {
        return wanted_ && now >= *wanted_ + longest;
    }

  private:
    struct Watched {
        std::string path;
        sys::Identity identity;
    };
    std::array<Watched, 3> files_; // configuration, rules, program
    std::chrono::seconds idle_{};
    Clock::time_point last_look_;
    Clock::time_point last_open_;
    std::optional<Clock::time_point> wanted_;
};

} // namespace calling
