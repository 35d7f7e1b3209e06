// sqlgrey's tables, in any form that table_rows.hpp reads. A table is told by the form of its rows:
//
//     connect     sender_name, sender_domain, src, rcpt, first_seen          who has tried once
//     from_awl    sender_name, sender_domain, src, first_seen, last_seen     who has come back
//     domain_awl  sender_domain, src, first_seen, last_seen                  whose domain has
//
// `src` is an address, or the first three numbers of one: 192.0.2. A sender that has come back need not wait,
// whomever it writes to; here it is the client that need not, so each client of an awl becomes one, and of a
// network each address. Its other tables have other forms, and are passed over.
#include "transfer/format.hpp"
#include "transfer/log_line.hpp"
#include "transfer/table_rows.hpp"
#include "transfer/words.hpp"

#include "system/address.hpp"

#include <algorithm>
#include <map>

namespace transfer {

namespace {

using sys::Address;
using Row = TableRows::Row;

// The table a row belongs to, and where its columns are.
struct Shape {
    std::size_t size;
    std::size_t source;
    std::size_t first_time; // the last columns are times, from this one on
};
constexpr Shape connect{5, 2, 4};
constexpr Shape from_awl{5, 2, 3};
constexpr Shape domain_awl{4, 1, 2};

std::string mailbox_of(const std::string& name, const std::string& domain) {
    constexpr std::string_view none = "-undef-";
    return domain == none ? name == none ? "" : name : name + '@' + domain;
}

// 192.0.2.0 for 192.0.2
std::optional<Address> first_address(const std::string& source) {
    const bool is_network = std::count(source.begin(), source.end(), '.') == 2;
    return Address::parse(is_network ? source + ".0" : source);
}

// As the beginning of a dump's statements does, also for a table without rows.
bool names_table(std::string_view line) {
    constexpr std::size_t longest_start = 100;
    const std::string_view start = line.substr(0, longest_start);
    return start.find("from_awl") != std::string_view::npos ||
           start.find("domain_awl") != std::string_view::npos;
}

class SqlgreyReader : public Reader {
  public:
    SqlgreyReader(const Home& home, Sink sink) : home_(home), sink_(std::move(sink)) {}

    bool take(std::string_view line, std::size_t number) override {
        bool is_ours = names_table(line);
        rows_.each_row(line, [&](const Row& row) { is_ours = take_row(row, number) || is_ours; });
        return is_ours;
    }

    // A line of mysqldump has as many rows as go into 16 MiB (max_allowed_packet, net_buffer_length).
    [[nodiscard]] std::size_t longest_line() const override {
        constexpr std::size_t longest = 32UL * 1024 * 1024;
        return longest;
    }

    void finish() override {
        if (!sources_.empty() && home_.rule.auto_whitelist_clients == 0) {
            sink_.complain(sources_.begin()->second.line,
                           "auto-whitelist-clients is 0, so that no client can pass as such");
            return;
        }
        for (const auto& [source, seen] : sources_) {
            whitelist(source, seen.last);
        }
    }

  private:
    struct Seen {
        Time last;
        std::size_t line;
    };

    // Of local time where no zone is given; also as a number of seconds, and as 20261121205345 of old MySQL.
    [[nodiscard]] std::optional<Time> time_in(const std::string& text) const {
        std::string stamp = text;
        if (constexpr std::size_t compact = 14; text.size() == compact && number_of(text)) {
            stamp = text.substr(0, 4) + '-' + text.substr(4, 2) + '-' + text.substr(6, 2) + ' ' +
                    text.substr(8, 2) + ':' + text.substr(10, 2) + ':' + text.substr(12, 2);
        }
        if (rows_.is_utc()) {
            stamp += 'Z';
        }
        if (const auto time = time_of(stamp, home_.now)) {
            return time;
        }
        const auto time = time_of(stamp + ":00", home_.now); // PostgreSQL's zones have hours alone
        return time ? time : seconds_in(text);
    }

    [[nodiscard]] bool has_shape(const Row& row, const Shape& shape) const {
        return row.size() == shape.size && !time_in(row[shape.first_time - 1]) &&
               std::all_of(row.begin() + static_cast<std::ptrdiff_t>(shape.first_time), row.end(),
                           [this](const std::string& text) { return time_in(text).has_value(); });
    }

    // Whether the row is one of a table of sqlgrey's.
    bool take_row(const Row& row, std::size_t number) {
        for (const Shape& shape : {connect, from_awl, domain_awl}) {
            if (!has_shape(row, shape)) {
                continue;
            }
            const auto client = first_address(row[shape.source]);
            const Time last = *time_in(row.back());
            if (!client) {
                sink_.complain(number, "its src is no address and no network");
            } else if (shape.source == connect.source && shape.first_time == connect.first_time) {
                sink_.take({greylist::triplet_of(*client, mailbox_of(row[0], row[1]), row[3], home_.grouping),
                            last, last, 0});
            } else {
                const auto [seen, is_new] = sources_.try_emplace(row[shape.source], Seen{last, number});
                seen->second.last = std::max(seen->second.last, last);
            }
            return client.has_value();
        }
        return false;
    }

    void whitelist(const std::string& source, Time last) {
        const Address first = *first_address(source);
        const bool is_network = std::count(source.begin(), source.end(), '.') == 2;
        constexpr unsigned hosts = 256;
        for (unsigned host = 0; host < (is_network ? hosts : 1); ++host) {
            const auto client =
                is_network ? Address::parse(source + '.' + std::to_string(host)).value_or(first) : first;
            sink_.take(whitelisted(greylist::client_of(client, home_.grouping), last, home_));
        }
    }

    Home home_;
    Sink sink_;
    TableRows rows_;
    std::map<std::string, Seen> sources_;
};

} // namespace

std::unique_ptr<Reader> sqlgrey_reader(const Home& home, const Sink& sink) {
    return std::make_unique<SqlgreyReader>(home, sink);
}

} // namespace transfer
