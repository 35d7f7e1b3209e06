// postgrey's two databases as db_dump(1) writes and db_load(1) reads them:
//
//     VERSION=3
//     format=print                                   or bytevalue: two hexadecimal digits a byte
//     type=btree                                     other headers are passed over
//     HEADER=END
//      192.0.2.0/alice@example.net/bob@example.org   a blank, then a key
//      1700000000,1700000301                         a blank, then its value: first,last[,host part]
//     DATA=END
//
// In print, a byte that does not print is \ and two digits, and \ is \\. In postgrey_clients.db the key is an
// address, IPv6 in upper case, and the value is count,last. With --privacy a key is the SHA-1 of what it
// would be.
#include "transfer/format.hpp"
#include "transfer/words.hpp"

#include "system/address.hpp"
#include "system/hexadecimal.hpp"
#include "system/text.hpp"

#include <algorithm>

namespace transfer {

namespace {

using greylist::client_key;
using greylist::triplet_key;
using sys::Address;

// No count of postgrey's is as large (it counts once an hour), and no time of its days as small.
constexpr std::int64_t between_counts_and_times = 100'000'000;

std::optional<char> byte_of(std::string_view two_digits) {
    unsigned value = 0;
    if (two_digits.size() != 2 || std::from_chars(two_digits.data(), two_digits.data() + 2, value, 16).ptr !=
                                      two_digits.data() + two_digits.size()) {
        return std::nullopt;
    }
    return static_cast<char>(value);
}

std::optional<std::string> decoded(std::string_view text, bool is_print) {
    std::string result;
    while (!text.empty()) {
        if (is_print && text.front() != '\\') {
            result += text.front();
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(is_print ? 1 : 0);
        if (is_print && text.starts_with('\\')) {
            result += '\\';
            text.remove_prefix(1);
            continue;
        }
        const auto byte = byte_of(text.substr(0, 2));
        if (!byte) {
            return std::nullopt;
        }
        result += *byte;
        text.remove_prefix(2);
    }
    return result;
}

// The rest of a key after its client: SENDER/RECIPIENT. A local part may contain a `/`. A sender without a
// domain (MAIL FROM:<root>) ends at the first `/`.
std::optional<std::pair<std::string_view, std::string_view>> sender_and_recipient(std::string_view rest) {
    const std::size_t at = rest.starts_with('/') ? 0 : rest.find('@');
    std::size_t slash = rest.find('/', at == std::string_view::npos ? 0 : at);
    slash = slash == std::string_view::npos ? rest.find('/') : slash;
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{rest.substr(0, slash), rest.substr(slash + 1)};
}

std::optional<Key> triplet_in(std::string_view key) {
    const std::size_t slash = key.find('/');
    const auto address = Address::parse(key.substr(0, slash));
    if (!address || slash == std::string_view::npos) {
        return std::nullopt;
    }
    std::string client = address->text();
    std::string_view rest = key.substr(slash + 1);
    const std::string mask = std::to_string(address->bits()) + '/';
    if (rest.starts_with(mask) && sender_and_recipient(rest.substr(mask.size()))) {
        client += '/' + std::to_string(address->bits()); // --lookup-by-host
        rest.remove_prefix(mask.size());
    }
    const auto mailboxes = sender_and_recipient(rest);
    if (!mailboxes) {
        return std::nullopt;
    }
    return triplet_key(client, mailboxes->first, mailboxes->second);
}

std::optional<Key> key_in(std::string_view key, bool is_triplet) {
    if (greylist::is_hash(key)) {
        return Key{is_triplet ? Kind::triplet : Kind::client, std::string{key}};
    }
    if (is_triplet) {
        return triplet_in(key);
    }
    const auto address = Address::parse(key);
    return address ? std::optional{client_key(address->text())} : std::nullopt;
}

class PostgreyReader : public Reader {
  public:
    PostgreyReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        if (!line.starts_with(' ')) {
            if (line.starts_with("format=")) {
                is_print_ = line == "format=print";
            }
            key_.reset();
            return line.starts_with("VERSION=") || line.starts_with("HEADER=");
        }
        auto text = decoded(line.substr(1), is_print_);
        if (!text) {
            sink_.complain(number, "not in the format of its header");
            text.emplace();
        }
        if (!key_) {
            key_ = std::move(text);
            key_line_ = number;
            return true;
        }
        take_pair(*key_, *text);
        key_.reset();
        return true;
    }

    void finish() override {
        if (key_) {
            sink_.complain(key_line_, "a key without a value");
        }
    }

  private:
    void take_pair(std::string_view key, std::string_view value) const {
        const auto numbers = split(value, ',');
        const auto first = seconds_in(numbers[0]);
        const auto last = numbers.size() > 1 ? seconds_in(numbers[1]) : std::nullopt;
        if (!first || !last) {
            sink_.complain(key_line_, "its value is no FIRST,LAST or COUNT,LAST");
            return;
        }
        const std::int64_t number = first->time_since_epoch().count();
        const bool is_triplet = greylist::is_hash(key) ? number >= between_counts_and_times
                                                       : key.find('/') != std::string_view::npos;
        auto parsed = key_in(key, is_triplet);
        if (!parsed) {
            sink_.complain(key_line_, "its key is no CLIENT/SENDER/RECIPIENT and no address");
            return;
        }
        if (!is_triplet) {
            sink_.take({*std::move(parsed), *last, *last, static_cast<std::uint64_t>(number)});
            return;
        }
        sink_.take({*std::move(parsed), *first, *last, *last - *first >= home_.rule.delay ? 1U : 0U});
    }

    Home home_;
    Sink sink_;
    bool is_print_ = true;
    std::optional<std::string> key_; // which waits for its value
    std::size_t key_line_ = 0;
};

std::string upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

std::optional<std::string> postgrey_key(const Key& key) {
    const auto fields = greylist::fields_of(key);
    if (fields.size() == 1 && greylist::is_hash(fields[0])) {
        return fields[0];
    }
    const std::string_view client{fields[0]};
    const std::size_t slash = client.find('/');
    const auto address = Address::parse(client.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    if (key.kind == Kind::client) {
        return upper_case(address->expanded());
    }
    if (fields.size() != 3) {
        return std::nullopt;
    }
    const std::string mask{slash == std::string_view::npos ? "" : client.substr(slash)};
    return address->expanded() + mask + '/' + fields[1] + '/' + fields[2];
}

std::string dump_line(std::string_view text) {
    std::string line{' '};
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            line += "\\\\";
        } else if (byte >= 0x20 && byte < 0x7F) {
            line += c;
        } else {
            const auto digits = sys::hexadecimal<2>(byte);
            line.append(1, '\\').append(digits.data(), digits.size());
        }
    }
    return line + '\n';
}

std::string seconds(Time time) {
    return std::to_string(time.time_since_epoch().count());
}

} // namespace

std::unique_ptr<Reader> postgrey_reader(const Home& home, const Sink& sink) {
    return std::make_unique<PostgreyReader>(home, sink);
}

std::string postgrey_dump_start() {
    return "VERSION=3\nformat=print\ntype=btree\nHEADER=END\n";
}

std::string postgrey_dump_of(const Record& record, Kind kind) {
    if (record.key.kind != kind) {
        return {};
    }
    const auto key = postgrey_key(record.key);
    if (!key) {
        return {};
    }
    const std::string first = kind == Kind::client ? std::to_string(record.count) : seconds(record.first);
    return dump_line(*key) + dump_line(first + ',' + seconds(record.last));
}

std::string postgrey_dump_end() {
    return "DATA=END\n";
}

} // namespace transfer
