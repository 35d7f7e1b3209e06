// What three other greylisters write.
//
// greylistd, its states and its triplets, in one stream in any order:
//     [white]                                        or [grey], [black], [statistics]
//     5f4dcc3b = 1700000301 1700000000 3             hash = last first count
//     5f4dcc3b = 192.0.2.1 alice@example.net bob@example.org
// milter-greylist's dump, its fields parted by tabs:
//     192.0.2.1  <alice@example.net>  <bob@example.org>  1700000300        accepted from then on
//     192.0.2.1  <alice@example.net>  <bob@example.org>  1700086400 AUTO   whitelisted until then
// OpenBSD's spamdb (older ones without the HELO):
//     GREY|192.0.2.1|mail.example.net|<alice@example.net>|<bob@example.org>|first|pass|expire|block|pass
//     WHITE|192.0.2.1||||first|pass|expire|block|pass
#include "moving/format.hpp"
#include "moving/words.hpp"

#include "system/address.hpp"

#include <algorithm>
#include <map>

namespace moving {

namespace {

using sys::Address;

constexpr std::string_view no_address = "its client is no IP address";

Time time_of(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

class GreylistdReader : public Reader {
  public:
    GreylistdReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    void take(std::string_view line, std::size_t number) override {
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) {
            return;
        }
        if (line.starts_with('[')) {
            section_ = line;
            return;
        }
        const std::size_t equals = line.find(" = ");
        const auto words =
            words_of(equals == std::string_view::npos ? std::string_view{} : line.substr(equals + 3));
        const std::string hash{line.substr(0, equals)};
        if (section_ == "[statistics]" || section_ == "[black]") {
            return;
        }
        const auto last = words.empty() ? std::nullopt : number_of(words[0]);
        if (last && (section_ == "[white]" || section_ == "[grey]")) {
            states_[hash] = {section_ == "[white]", time_of(*last)};
        } else if (words.size() == 3) {
            triplets_[hash] = {std::string{words[0]}, std::string{without_brackets(words[1])},
                               std::string{without_brackets(words[2])}, number};
        } else {
            sink_.complain(number, "expected HASH = CLIENT SENDER RECIPIENT or HASH = LAST FIRST COUNT");
        }
    }

    // A triplet whose state was not among the input may pass with its next attempt.
    void finish() override {
        for (const auto& [hash, triplet] : triplets_) {
            const auto client = Address::parse(triplet.client);
            if (!client) {
                sink_.complain(triplet.line, no_address);
                continue;
            }
            auto key = greylist::triplet_of(*client, triplet.sender, triplet.recipient, home_.grouping);
            const auto state = states_.find(hash);
            if (state == states_.end()) {
                sink_.take(due(std::move(key), home_.now, home_));
            } else if (state->second.is_white) {
                sink_.take(passed(std::move(key), state->second.last));
            } else {
                sink_.take({std::move(key), state->second.last, state->second.last, 0});
            }
        }
    }

  private:
    struct Triplet {
        std::string client, sender, recipient;
        std::size_t line;
    };
    struct State {
        bool is_white;
        Time last;
    };
    Home home_;
    Sink sink_;
    std::string section_;
    std::map<std::string, Triplet> triplets_;
    std::map<std::string, State> states_;
};

class MilterGreylistReader : public Reader {
  public:
    MilterGreylistReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    void take(std::string_view line, std::size_t number) override {
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) {
            return;
        }
        const auto fields = split(line, '\t');
        const auto words = fields.size() >= 4 ? words_of(fields[3]) : std::vector<std::string_view>{};
        const auto time = words.empty() ? std::nullopt : number_of(words[0]);
        if (!time) {
            sink_.complain(number, "expected CLIENT, SENDER, RECIPIENT and a time, parted by tabs");
            return;
        }
        const auto client = Address::parse(fields[0]);
        if (!client) {
            sink_.complain(number, no_address);
            return;
        }
        const bool is_white = words.size() > 1 && words[1] == "AUTO";
        auto key = greylist::triplet_of(*client, without_brackets(fields[1]), without_brackets(fields[2]),
                                        home_.grouping);
        if (is_white) {
            sink_.take(passed(std::move(key), std::min(home_.now, time_of(*time))));
        } else {
            sink_.take(due(std::move(key), time_of(*time), home_));
        }
    }

  private:
    Home home_;
    Sink sink_;
};

class SpamdbReader : public Reader {
  public:
    SpamdbReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    void take(std::string_view line, std::size_t number) override {
        if (line.empty()) {
            return;
        }
        constexpr std::size_t times = 5; // first, pass, expire and two counts
        const auto fields = split(line, '|');
        const bool is_white = fields[0] == "WHITE";
        if (!is_white && fields[0] != "GREY") {
            sink_.complain(number, "neither GREY nor WHITE");
            return;
        }
        const auto first =
            fields.size() < 4 + times ? std::nullopt : number_of(fields[fields.size() - times]);
        const auto pass = first ? number_of(fields[fields.size() - times + 1]) : std::nullopt;
        if (!pass) {
            sink_.complain(number, "expected GREY|IP|HELO|FROM|TO|FIRST|PASS|EXPIRE|BLOCKED|PASSED");
            return;
        }
        const auto client = Address::parse(fields[1]);
        if (!client) {
            sink_.complain(number, no_address);
            return;
        }
        if (is_white) {
            const Time seen = std::min(home_.now, time_of(std::max(*first, *pass)));
            sink_.take(whitelisted(greylist::client_of(*client, home_.grouping), seen, home_));
            return;
        }
        const std::size_t from = fields.size() - times - 2;
        auto key = greylist::triplet_of(*client, without_brackets(fields[from]),
                                        without_brackets(fields[from + 1]), home_.grouping);
        sink_.take({std::move(key), time_of(*first), time_of(*first), 0});
    }

  private:
    Home home_;
    Sink sink_;
};

} // namespace

std::unique_ptr<Reader> greylistd_reader(const Home& home, const Sink& sink) {
    return std::make_unique<GreylistdReader>(home, sink);
}

std::unique_ptr<Reader> milter_greylist_reader(const Home& home, const Sink& sink) {
    return std::make_unique<MilterGreylistReader>(home, sink);
}

std::unique_ptr<Reader> spamdb_reader(const Home& home, const Sink& sink) {
    return std::make_unique<SpamdbReader>(home, sink);
}

} // namespace moving
