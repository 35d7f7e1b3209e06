#include "moving/format.hpp"

namespace moving {

namespace {

// Longer than any configured delay is likely to be.
constexpr Seconds long_enough = std::chrono::days{1};

// What `greystate export` writes: the lines of the state (record.hpp).
class GreyonceReader : public Reader {
  public:
    explicit GreyonceReader(Sink sink) : sink_(std::move(sink)) {}

    void take(std::string_view line, std::size_t number) override {
        if (line.empty()) {
            return;
        }
        if (auto record = greylist::record_of(line)) {
            sink_.take(*std::move(record));
        } else {
            sink_.complain(number, "not a record: expected T, C or I, then its numbers and its key");
        }
    }

  private:
    Sink sink_;
};

} // namespace

std::unique_ptr<Reader> reader_of(std::string_view format, const Home& home, const Sink& sink) {
    if (format == "greyonce") {
        return greyonce_reader(sink);
    }
    if (format == "postgrey") {
        return postgrey_reader(home, sink);
    }
    if (format == "greylistd") {
        return greylistd_reader(home, sink);
    }
    if (format == "milter-greylist") {
        return milter_greylist_reader(home, sink);
    }
    if (format == "spamdb") {
        return spamdb_reader(home, sink);
    }
    return format == "log" ? log_reader(home, sink) : nullptr;
}

std::unique_ptr<Reader> greyonce_reader(const Sink& sink) {
    return std::make_unique<GreyonceReader>(sink);
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

} // namespace moving
