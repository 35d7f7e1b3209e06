// What greylistd writes, its states and its triplets, in any order, in one stream or in two:
//
//     [white]                                        or [grey], [black], [statistics]
//     -438929781113688971 = 1700000301 1700000000 3  hash = last first count
//     white = 7                                      of the statistics
//     -438929781113688971 = 192.0.2.1 alice@example.net bob@example.org
//     2301 = 192.0.2.0/24 alice@example.net bob@example.org         a network (greylistd-setup-exim4
//     -netmask) 2302 = 192.0.2.1 bob@example.org, carol@example.org           a null sender, after DATA 2303
//     = 192.0.2.1                                              any sender (singleupdate)
//
// Its triplets file has no sections, and stands behind whatever section was last: a line is told by its form.
#include "transfer/format.hpp"
#include "transfer/mailbox.hpp"
#include "transfer/words.hpp"

#include "system/address.hpp"

#include <map>

namespace transfer {

namespace {

using sys::Address;

enum class List { white, grey, black };

struct State {
    List list;
    Time last;
    Time first;
};

struct Triplet {
    std::string client;
    std::vector<std::string> mailboxes; // the recipients alone, where the sender is the null sender
    bool has_sender;
    std::size_t line;
};

// The next word or address of `text`, which is taken off it, with a comma behind it if there is one.
std::string_view next_mailbox(std::string_view& text) {
    const auto mailbox = mailbox_at_start(text.substr(text.starts_with('<') ? 1 : 0));
    std::size_t end = mailbox ? mailbox->size() : 0;
    end = std::min(text.find_first_of(" \t", end), text.size());
    const std::string_view word = text.substr(0, end);
    text = trimmed(text.substr(end));
    return word;
}

Triplet triplet_in(std::string_view text, std::size_t line) {
    Triplet triplet{{}, {}, false, line};
    triplet.client = text.substr(0, text.find_first_of(" \t"));
    text = trimmed(text.substr(triplet.client.size()));
    bool has_comma = false;
    while (!text.empty()) {
        std::string_view word = next_mailbox(text);
        has_comma = has_comma || word.ends_with(',');
        word.remove_suffix(word.ends_with(',') ? 1 : 0);
        triplet.mailboxes.emplace_back(without_brackets(word));
    }
    triplet.has_sender = !has_comma && triplet.mailboxes.size() > 1;
    return triplet;
}

bool is_hash(std::string_view text) {
    return !text.empty() &&
           text.find_first_not_of("-0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos;
}

std::optional<List> list_named(std::string_view section) {
    return section == "[white]"   ? std::optional{List::white}
           : section == "[grey]"  ? std::optional{List::grey}
           : section == "[black]" ? std::optional{List::black}
                                  : std::nullopt;
}

class GreylistdReader : public Reader {
  public:
    GreylistdReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) {
            return true;
        }
        if (line.starts_with('[')) {
            section_ = line;
            return list_named(section_) || section_ == "[statistics]" || section_ == "[triplets]";
        }
        const std::size_t equals = line.find(" = ");
        const std::string_view key = line.substr(0, equals);
        if (equals == std::string_view::npos || !is_hash(key)) {
            sink_.complain(number, "expected HASH = CLIENT SENDER RECIPIENT or HASH = LAST FIRST COUNT");
            return false;
        }
        return take_value(std::string{key}, trimmed(line.substr(equals + 3)), number);
    }

    // A triplet whose state was not among the input may pass with its next attempt.
    void finish() override {
        for (const auto& [hash, triplet] : triplets_) {
            const auto state = states_.find(hash);
            import(triplet, state == states_.end() ? nullptr : &state->second);
        }
    }

  private:
    bool take_value(const std::string& key, std::string_view value, std::size_t number) {
        const auto words = words_of(value);
        const auto list = list_named(section_);
        const auto last = words.empty() ? std::nullopt : seconds_in(words[0]);
        const auto first = words.size() < 2 ? std::nullopt : seconds_in(words[1]);
        if (list && last && first) {
            states_[key] = {*list, *last, *first};
            return true;
        }
        if (section_ == "[statistics]" && last) {
            return true;
        }
        if (words.empty() || words[0].find_first_not_of("-0123456789") == std::string_view::npos) {
            sink_.complain(number, "expected HASH = CLIENT SENDER RECIPIENT or HASH = LAST FIRST COUNT");
            return false;
        }
        triplets_[key] = triplet_in(value, number);
        return true;
    }

    void import(const Triplet& triplet, const State* state) {
        const auto client = client_of(triplet);
        if (!client || (state != nullptr && state->list == List::black)) {
            return; // what it refused waits here, as if it were new
        }
        if (triplet.mailboxes.empty()) {
            if (state != nullptr && state->list == List::white) {
                sink_.take(whitelisted(greylist::client_of(*client, home_.grouping), state->last, home_));
            }
            return;
        }
        const std::string sender = triplet.has_sender ? triplet.mailboxes.front() : "";
        for (std::size_t at = triplet.has_sender ? 1 : 0; at < triplet.mailboxes.size(); ++at) {
            import(greylist::triplet_of(*client, sender, triplet.mailboxes[at], home_.grouping), state);
        }
    }

    void import(Key key, const State* state) {
        if (state == nullptr) {
            sink_.take(due(std::move(key), home_.now, home_));
        } else if (state->list == List::white) {
            sink_.take(passed(std::move(key), state->last));
        } else {
            sink_.take({std::move(key), state->first, state->last, 0});
        }
    }

    // An address, or a network that is one of ours or lies within one.
    [[nodiscard]] std::optional<Address> client_of(const Triplet& triplet) const {
        const std::string_view text{triplet.client};
        const std::size_t slash = text.find('/');
        const auto client = Address::parse(text.substr(0, slash));
        if (!client) {
            sink_.complain(triplet.line, "its client is no IP address");
            return std::nullopt;
        }
        if (slash == std::string_view::npos) {
            return client;
        }
        const auto prefix = number_of(text.substr(slash + 1));
        const auto ours = home_.grouping.by_host ? client->bits()
                          : client->bits() == 32 ? home_.grouping.ipv4_prefix
                                                 : home_.grouping.ipv6_prefix;
        if (!prefix || *prefix < ours || *prefix > client->bits()) {
            sink_.complain(triplet.line, "its network is none, or larger than one of the greylist's /" +
                                             std::to_string(ours));
            return std::nullopt;
        }
        return client;
    }

    Home home_;
    Sink sink_;
    std::string section_;
    std::map<std::string, Triplet> triplets_;
    std::map<std::string, State> states_;
};

} // namespace

std::unique_ptr<Reader> greylistd_reader(const Home& home, const Sink& sink) {
    return std::make_unique<GreylistdReader>(home, sink);
}

} // namespace transfer
