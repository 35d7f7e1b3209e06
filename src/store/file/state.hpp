// The greylist state: a flat text file that many processes share (greyonce-state(5)).
// It knows how to find, lock and write a record; what a record means is asked of others.
#pragma once

#include "greylist/rule.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace store {

using greylist::Key;
using greylist::Record;
using greylist::Worth;

// What the state asks about a record before it lets it go; the rule answers (rule.hpp).
struct Keeping {
    std::function<bool(const Record&)> is_forgotten; // is as if it had never been stored
    std::function<bool(const Record&)> may_go;       // makes room before a page is added
    // Where no page can be added, what is worth least makes room.
    std::function<Worth(const Record&)> worth;
};

// Decides what one more look at a record makes of it: the record to be stored, or none for "leave it as it
// is".
using Step = std::function<std::optional<Record>(const std::optional<Record>& seen)>;

class State {
  public:
    // Opens `path`, or creates it (greyonce-state(5)). A file that may only be read is opened for reading.
    // `max_size` in bytes; `sync`: every change is on the disk before update() returns.
    // Throws sys::Trouble: cannot be opened or created, not ours, of an unknown version.
    State(const std::string& path, std::uint64_t max_size, bool sync, Keeping keeping);
    ~State();
    State(State&& other) noexcept;

    // Calls `step` once with what is stored under `key` (none if it was never seen or is forgotten) and
    // stores its answer, all under one lock: two callers with one key come one after the other. Throws
    // sys::Trouble: the record could not be read (step was not called), or not be written (it was).
    void update(const Key& key, const Step& step);

    // What update() would show, by a look without a lock: for a step that would leave it so. Where it is not
    // certain, update() tells.
    struct Glance {
        bool is_certain = false;
        std::optional<Record> seen{};
    };
    Glance glance(const Key& key);

    // It is to be asked many times from now on: it may take more memory for less time.
    void stay();

    // Whether it can serve one more request as it is: it may be written, and its path still leads to it.
    [[nodiscard]] bool is_current() const;
    // What the updates from now on may let go.
    void keep(Keeping keeping);

    // Whether records have had to make room for others since this was last asked, because no page could be added.
    bool take_had_no_room();

    // Whether every user may read or write it.
    [[nodiscard]] bool is_open_to_others() const;

    // What was found damaged and mended on the way, for the log; each once.
    [[nodiscard]] std::vector<std::string> remarks() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace store
