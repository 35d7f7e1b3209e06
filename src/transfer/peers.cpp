// What two other greylisters write.
//
// milter-greylist's dump, its fields parted by tabs or blanks:
//     192.0.2.1  <alice@example.net>  <bob@example.org>  1700000300        accepted from then on
//     192.0.2.1  <alice@example.net>  <bob@example.org>  1700086400 AUTO   whitelisted until then
//     # a comment: at the beginning, or behind the time; an address may have a # in it
// OpenBSD's spamdb (older ones without the HELO):
//     GREY|192.0.2.1|mail.example.net|<alice@example.net>|<bob@example.org>|first|pass|expire|block|pass
//     WHITE|192.0.2.1||||first|pass|expire|block|pass
//     TRAPPED|192.0.2.1|expire        these three are spamd's own, and nothing here
//     SPAMTRAP|trap@example.org
//     DOMAIN|example.org
#include "transfer/format.hpp"
#include "transfer/mailbox.hpp"
#include "transfer/words.hpp"

#include "system/address.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace transfer {

namespace {

using sys::Address;

constexpr std::string_view no_address = "its client is no IP address";

// Takes the field at the beginning of `line` off it: up to the end of its bracket, or to a blank.
std::string_view next_field(std::string_view& line) {
    std::size_t end = line.find_first_of(" \t");
    if (line.starts_with('<')) {
        const auto mailbox = mailbox_at_start(line.substr(1));
        end = line.find('>', mailbox ? mailbox->size() : 0);
        end += end == std::string_view::npos ? 0 : 1;
    }
    const std::string_view field = line.substr(0, end);
    line = trimmed(line.substr(field.size()));
    return field;
}

class MilterGreylistReader : public Reader {
  public:
    MilterGreylistReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) {
            return true;
        }
        const std::string_view client_text = next_field(line);
        const std::string_view sender = next_field(line);
        const std::string_view recipient = next_field(line);
        const auto words = words_of(line.substr(0, line.find('#')));
        const auto time = words.empty() ? std::nullopt : seconds_in(words[0]);
        if (!time) {
            sink_.complain(number, "expected CLIENT, SENDER, RECIPIENT and a time");
            return false;
        }
        const auto client = Address::parse(client_text);
        if (!client) {
            sink_.complain(number, no_address);
            return false;
        }
        auto key = greylist::triplet_of(*client, without_brackets(sender), without_brackets(recipient),
                                        home_.grouping);
        if (words.size() > 1 && sys::lower_case(words[1]) == "auto") {
            sink_.take(passed(std::move(key), std::min(home_.now, *time)));
        } else {
            sink_.take(due(std::move(key), *time, home_));
        }
        return true;
    }

  private:
    Home home_;
    Sink sink_;
};

class SpamdbReader : public Reader {
  public:
    SpamdbReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        const auto fields = split(line, '|');
        const std::string_view kind = fields[0];
        if (kind == "TRAPPED" || kind == "SPAMTRAP" || kind == "DOMAIN") {
            return true;
        }
        if (kind != "WHITE" && kind != "GREY") {
            sink_.complain(number, "neither GREY nor WHITE");
            return false;
        }
        constexpr std::size_t times = 5; // first, pass, expire and two counts
        const auto first =
            fields.size() < 4 + times ? std::nullopt : seconds_in(fields[fields.size() - times]);
        const auto pass = first ? seconds_in(fields[fields.size() - times + 1]) : std::nullopt;
        if (!pass) {
            sink_.complain(number, "expected GREY|IP|HELO|FROM|TO|FIRST|PASS|EXPIRE|BLOCKED|PASSED");
            return false;
        }
        const auto client = Address::parse(fields[1]);
        if (!client) {
            sink_.complain(number, no_address);
            return false;
        }
        if (kind == "WHITE") {
            const Time seen = std::min(home_.now, std::max(*first, *pass));
            sink_.take(whitelisted(greylist::client_of(*client, home_.grouping), seen, home_));
            return true;
        }
        const std::size_t from = fields.size() - times - 2;
        auto key = greylist::triplet_of(*client, without_brackets(fields[from]),
                                        without_brackets(fields[from + 1]), home_.grouping);
        sink_.take({std::move(key), *first, *first, 0});
        return true;
    }

  private:
    Home home_;
    Sink sink_;
};

} // namespace

std::unique_ptr<Reader> milter_greylist_reader(const Home& home, const Sink& sink) {
    return std::make_unique<MilterGreylistReader>(home, sink);
}

std::unique_ptr<Reader> spamdb_reader(const Home& home, const Sink& sink) {
    return std::make_unique<SpamdbReader>(home, sink);
}

} // namespace transfer
