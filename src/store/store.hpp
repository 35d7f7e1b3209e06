// One record at a time, as the filter needs them, whatever keeps them.
// What a record means is the greylist's (greylist/rule.hpp); where records lie is said behind this interface.
#pragma once

#include "greylist/rule.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

using greylist::Key;
using greylist::Record;
using greylist::Worth;

// Expired records are erased only this long after they expire, so that a clock that was briefly ahead loses
// nothing. postgrey clears once a night, so its records outlast such a clock as well.
constexpr sys::Seconds clock_may_fall_back = std::chrono::days{1};

// By what a store lets records go while it serves a request: the request's time, and the configured rule with
// the longest retry window of any (a request goes by its own rule, but the records beside its own are those of
// others).
struct Keeping {
    greylist::Rule rule;
    sys::Time now;

    // Whether a record is as if it had never been stored.
    [[nodiscard]] bool is_forgotten(const Record& record) const;
    // Whether it may make room for another.
    [[nodiscard]] bool may_go(const Record& record) const;
    // Where no record may go, what is worth least makes room.
    [[nodiscard]] Worth worth(const Record& record) const;
};

// Decides what one more look at a record makes of it: the record to be stored, or none for "leave it as it is".
using Step = std::function<std::optional<Record>(const std::optional<Record>& seen)>;

// A message to the administrator that is worth saying once an hour.
struct Notice {
    std::string_view name; // lower-case letters (notice_key())
    std::string text;
};

// For one thread. Throws sys::Trouble where nothing else is said.
class Store {
  public:
    Store() = default;
    virtual ~Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Shows `step` what is stored under `key` (none if it was never seen or is forgotten) and stores its answer,
    // as if nobody else were there. `step` may be called again, with what another has stored meanwhile: the
    // last call counts. Throws where the record could not be read (step was not called), or not be written (it
    // was).
    virtual void update(const Key& key, const Step& step) = 0;

    // Reads the record without locking. Use it when the caller will probably not change the record; if
    // `is_certain` is false, call update(). Throws nothing.
    struct Glance {
        bool is_certain = false;
        std::optional<Record> seen{};
    };
    virtual Glance glance(const Key& key) = 0;
    // The same for a caller that stores a record where there is none: that there is none need not be certain.
    virtual Glance glance_at_stored(const Key& key) { return glance(key); }
    // Looks for the record only where this process has seen it lately; otherwise nothing is certain. For a caller who
    // expects that there is none.
    virtual Glance glance_at_seen(const Key& /*key*/) { return {}; }

    // Of a store that is far away: these are asked for in a moment, in this request, and may come in one trip.
    [[nodiscard]] virtual bool fetches_together() const { return false; }
    virtual void expect(const std::vector<Key>& /*keys*/) {}

    // Whether it can serve one more request as it is.
    [[nodiscard]] virtual bool is_current() const = 0;
    // A request begins.
    virtual void keep(const Keeping& keeping) = 0;

    // What was found damaged and mended on the way, for the log; each once.
    [[nodiscard]] virtual std::vector<std::string> remarks() const = 0;
    // What there is to tell since this was last asked.
    virtual std::vector<Notice> take_notices() = 0;
};

} // namespace store
