// Moving a greylist in and out: what other greylisters and mail logs write, as records, and back. Pure: lines
// in, records out. Each format's grammar stands at the top of its own file.
#pragma once

#include "greylist/record.hpp"
#include "greylist/rule.hpp"
#include "greylist/triplet.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace transfer {

using greylist::Key;
using greylist::Kind;
using greylist::Record;
using greylist::Seconds;
using greylist::Time;

// How records are to look here.
struct Home {
    greylist::Rule rule;
    greylist::Grouping grouping;
    Time now;
    bool outgoing = false; // of a mail log: whom ours have written to, in place of who has written to them
};

// Where a reader puts what it reads.
struct Sink {
    std::function<void(Record)> take;
    std::function<void(std::size_t line, std::string_view why)> complain; // the line could not be used
};

// Takes a file line by line.
class Reader {
  public:
    Reader() = default;
    virtual ~Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Whether the line is one of the format's, and was understood; perhaps nothing comes of it. `line` has no
    // line end. `number` counts from 1, over all files that are one input.
    virtual bool take(std::string_view line, std::size_t number) = 0;
    virtual void finish() {}
    // Lines that are longer are none of the format's.
    [[nodiscard]] virtual std::size_t longest_line() const;
};

// None where `format` is another word. What comes of it is never later than `home.now`.
std::unique_ptr<Reader> reader_of(std::string_view format, const Home& home, const Sink& sink);
constexpr std::string_view reader_formats =
    "greyonce, postgrey, greylistd, milter-greylist, spamdb, sqlgrey or log";

std::unique_ptr<Reader> greyonce_reader(const Sink& sink);
std::unique_ptr<Reader> postgrey_reader(const Home& home, const Sink& sink);
std::unique_ptr<Reader> greylistd_reader(const Home& home, const Sink& sink);
std::unique_ptr<Reader> milter_greylist_reader(const Home& home, const Sink& sink);
std::unique_ptr<Reader> spamdb_reader(const Home& home, const Sink& sink);
std::unique_ptr<Reader> sqlgrey_reader(const Home& home, const Sink& sink);
std::unique_ptr<Reader> log_reader(const Home& home, const Sink& sink);

// Seconds since 1970, as text; none where the state could not hold them (record.hpp).
std::optional<Time> seconds_in(std::string_view text);

// A triplet that others have let pass, as one that has passed here: its delay is long over.
Record passed(Key key, Time last);
// One that may pass with its next attempt.
Record due(Key key, Time last, const Home& home);
// A client that need not wait.
Record whitelisted(Key key, Time last, const Home& home);

// What db_load(1) makes a postgrey.db (`Kind::triplet`) or a postgrey_clients.db (`Kind::client`) of.
std::string postgrey_dump_start();
// One record's two lines; empty for a record of another kind, or one that postgrey could not find again.
std::string postgrey_dump_of(const Record& record, Kind kind);
std::string postgrey_dump_end();

} // namespace transfer
