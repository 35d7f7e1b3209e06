#include "transfer/format.hpp"

#include "greylist/kind.hpp"
#include "system/text.hpp"
#include "transfer/words.hpp"

#include <algorithm>

namespace transfer {

namespace {

// Longer than any configured delay is likely to be.
constexpr Seconds long_enough = std::chrono::days{1};

// Older versions escaped no more of a key than what would break its line, and left what cannot be seen.
bool is_of_an_older_version(std::string_view key) {
    return !sys::is_plain(key) && sys::one_line(key) == key;
}

// What `greystate export` writes: the lines of the state (record.hpp).
class GreyonceReader : public Reader {
  public:
    explicit GreyonceReader(Sink sink) : sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        auto record = greylist::record_of(line);
        if (!record) {
            sink_.complain(number, "not a record: expected " + greylist::kind_list(", ", " or ", true) +
                                       ", then its numbers and its key");
            return false;
        }
        if (is_of_an_older_version(record->key.text)) {
            record->key.text = clean_text(record->key);
        }
        if (!greylist::could_be_ours(record->key)) {
            sink_.complain(number, "its key is none that greyonce writes");
            return false;
        }
        sink_.take(*std::move(record));
        return true;
    }

  private:
    Sink sink_;
};

// A clock was wrong, or a file is hostile: what is later than now would never be forgotten.
Sink not_after(Time now, const Sink& sink) {
    return {[now, take = sink.take](Record record) { take(as_of(std::move(record), now)); }, sink.complain};
}

} // namespace

std::size_t Reader::longest_line() const {
    constexpr std::size_t longest = 1024UL * 1024;
    return longest;
}

std::unique_ptr<Reader> reader_of(std::string_view format, const Home& home, const Sink& sink) {
    const Sink dated = not_after(home.now, sink);
    if (format == "greyonce") {
        return greyonce_reader(dated);
    }
    if (format == "postgrey") {
        return postgrey_reader(home, dated);
    }
    if (format == "greylistd") {
        return greylistd_reader(home, dated);
    }
    if (format == "milter-greylist") {
        return milter_greylist_reader(home, dated);
    }
    if (format == "spamdb") {
        return spamdb_reader(home, dated);
    }
    if (format == "sqlgrey") {
        return sqlgrey_reader(home, dated);
    }
    return format == "log" ? log_reader(home, dated) : nullptr;
}

std::unique_ptr<Reader> greyonce_reader(const Sink& sink) {
    return std::make_unique<GreyonceReader>(sink);
}

std::optional<Time> seconds_in(std::string_view text) {
    constexpr std::int64_t latest = 9'999'999'999;
    const auto seconds = number_of(text);
    return seconds && *seconds >= 0 && *seconds <= latest ? std::optional{Time{Seconds{*seconds}}}
                                                          : std::nullopt;
}

Record passed(Key key, Time last) {
    return {std::move(key), last - long_enough, last, 1};
}

Record due(Key key, Time last, const Home& home) {
    return {std::move(key), last - home.rule.delay, last - home.rule.delay, 0};
}

Record whitelisted(Key key, Time last, const Home& home) {
    return {std::move(key), last, last, std::max<std::uint64_t>(1, home.rule.auto_whitelist_clients)};
}

} // namespace transfer
