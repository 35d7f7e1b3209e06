// Waits: from the first attempt that was put off to the first that passed. Pure.
//
// A wait is of one mail, as far as a log can tell mails apart: of one sender to one recipient, from one organisation or,
// where the client has no name, from one network. So a sender that comes back from another address of its pool, whom the
// greylist makes wait anew, is one wait and not two. Which key means which mail, others say.
//
// A wait ends with a pass. It is given up when nothing was seen of it for the retry window; at the end of the log, what
// could still come is open. Where there are more at once than memory is given to, those that were seen longest ago are no
// longer followed.
#pragma once

#include "report/tally.hpp"
#include "system/time.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

namespace report {

struct Wait {
    struct Network {
        Hash hash = 0;
        sys::Time first;
    };

    sys::Time first;
    sys::Time last;
    Hash client = 0;             // the organisation, or the network
    Hash network = 0;            // of the first attempt
    std::uint32_t attempts = 1;  // that were put off
    std::uint32_t networks = 1;  // that it was tried from
    std::array<Network, 4> of{}; // the first of these
    // How long after the first attempt one came back to a network after at least `soon`, and was early; 0: none was.
    sys::Seconds came_soon{0};
    bool counts = true; // began in the days that are asked for
};

enum class End { passed, given_up, open, not_followed };

class Waits {
  public:
    // A retry after this time would have passed with a delay as short.
    static constexpr sys::Seconds soon{60};

    using Ended = std::function<void(const Wait&, End)>;
    Waits(sys::Seconds retry_window, std::size_t most, Ended ended)
        : retry_window_(retry_window), most_(most), ended_(std::move(ended)) {}

    struct Attempt {
        Hash mail;
        Hash client;
        Hash network;
        sys::Time time;
        bool counts = true;
    };
    // One that was put off; `is_first`: the greylist had not seen it. False: it belongs to a wait that had begun, or it is
    // no first one and its wait began before the log.
    bool put_off(const Attempt& attempt, bool is_first);
    // None: nobody waited.
    std::optional<Wait> passed(Hash mail, sys::Time time);
    void finish(sys::Time log_end);

    [[nodiscard]] bool is_empty() const { return waits_.empty(); }

  private:
    [[nodiscard]] bool is_over(const Wait& wait, sys::Time now) const {
        return now - wait.last > retry_window_;
    }
    void make_room(sys::Time now);

    sys::Seconds retry_window_;
    std::size_t most_;
    Ended ended_;
    std::unordered_map<Hash, Wait, AsItIs> waits_;
};

} // namespace report
