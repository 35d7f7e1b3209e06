#include "rules/patterns.hpp"

#include "rules/ending.hpp"
#include "rules/host_name.hpp"
#include "rules/lines.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rules {

namespace {

// A literal ending is filed by one of these lengths, so that few probes find them all.
constexpr std::array<std::size_t, 7> ending_lengths{16, 8, 4, 3, 2, 1, 0};

Form form(Field field, Kind kind, std::size_t number = 0) {
    return {field, kind, static_cast<std::uint16_t>(number)};
}

std::size_t count_of(std::string_view text, char c) {
    std::size_t count = 0;
    for (std::size_t at = text.find(c); at != std::string_view::npos; at = text.find(c, at + 1)) {
        ++count;
    }
    return count;
}

struct Network {
    sys::Address address;
    unsigned prefix;
};

Network network_from(std::string_view word) {
    const std::size_t slash = word.find('/');
    const std::string_view host = word.substr(0, slash);
    const auto address = sys::Address::parse(host);
    if (!address || host.find('%') != std::string_view::npos) {
        throw Unreadable{"expected an IPv4 or IPv6 address"};
    }
    if (slash == std::string_view::npos) {
        return {*address, address->bits()};
    }
    // A prefix length is of the address as it is written: of 128 bits also where it is IPv4 in IPv6's
    // clothes.
    const unsigned written_bits = host.find(':') == std::string_view::npos ? 32 : 128;
    const unsigned mapped_bits = written_bits - address->bits();
    const std::string_view digits = word.substr(slash + 1);
    unsigned prefix = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (end.ec != std::errc{} || end.ptr != digits.data() + digits.size() || prefix > written_bits) {
        throw Unreadable{"expected a prefix length from 0 to " + std::to_string(written_bits)};
    }
    if (prefix < mapped_bits) {
        throw Unreadable{"expected a prefix length of at least 96: this is an IPv4 address"};
    }
    return {*address, prefix - mapped_bits};
}

// Whether `word` has `x` at this place as a label of its own.
bool stands_for_a_number(std::string_view word, std::size_t at) {
    const bool begins = at == 0 || word[at - 1] == '.';
    const bool ends = at + 1 == word.size() || word[at + 1] == '.';
    return (word[at] == 'x' || word[at] == 'X') && begins && ends;
}

// Why a pattern does not do what its characters seem to say, whatever its field.
std::string_view whats_odd_in_characters(std::string_view text) {
    if (text.find('*') != std::string_view::npos) {
        return "* stands for itself: expected .domain or /expression/";
    }
    return sys::cleaned(text) == text ? "" : "expected UTF-8 without characters that cannot be seen";
}

// The fields whose values are names that DNS knows.
bool has_host_names(Field field) {
    return field == Field::client || field == Field::reverse;
}

} // namespace

bool is_meant_as_address(std::string_view word) {
    return looks_like_address(word) || count_of(word, ':') >= 2;
}

bool is_meant_as_range(std::string_view word) {
    if (word.empty() || (!Characters{word.substr(0, 1)}.have(Characters::digit) && word.front() != '[') ||
        word.find('.') == std::string_view::npos ||
        word.find_first_of("-*{,;/?xX") == std::string_view::npos) {
        return false;
    }
    for (std::size_t at = 0; at < word.size(); ++at) {
        const bool is_of_ranges =
            std::string_view{"0123456789.-*[]{},;/?"}.find(word[at]) != std::string_view::npos;
        if (!is_of_ranges && !stands_for_a_number(word, at)) {
            return false;
        }
    }
    return true;
}

void PatternReader::file(const Form& form, std::string_view value, Pattern& pattern) {
    pattern.form = form;
    pattern.text.clear();
    pattern.expression.clear();
    pattern.doubt.clear();
    const Value filed = value_of(value, folded_);
    characters_ = filed.characters;
    if (!append_text(pattern.text, form, filed)) {
        throw Unreadable{"expected a pattern; a regular expression in slashes can say everything"};
    }
    if (value.size() > longest_value) {
        pattern.doubt = "values are looked at up to " + std::to_string(longest_value) + " bytes";
    } else if (characters_.have(Characters::other) && form.kind != Kind::ending) {
        pattern.doubt = whats_odd_in_characters(value);
    }
}

void read_network(Field field, std::string_view word, Pattern& pattern) {
    const Network network = network_from(word);
    pattern.form = form(field, network.address.bits() == 32 ? Kind::ip4 : Kind::ip6, network.prefix);
    pattern.text.clear();
    pattern.expression.clear();
    pattern.doubt.clear();
    append_text(pattern.text, pattern.form, {{}, {}, {}, network.address});
    if (network.address.network(network.prefix) != network.address) {
        pattern.doubt = "the address goes on beyond the prefix: taken as " + pattern.text;
    }
}

void PatternReader::read_expression(Field field, std::string_view word, Pattern& pattern) {
    if (word.size() < 3 || word.front() != '/' || word.back() != '/') {
        throw Unreadable{"expected an expression between slashes"};
    }
    if (std::any_of(word.begin(), word.end(), is_blank)) {
        throw Unreadable{"expected no blank in an expression: \\s matches one"};
    }
    const std::string_view expression = word.substr(1, word.size() - 2);
    const std::string ending = literal_ending(expression);
    const auto unusable = std::find_if(ending.rbegin(), ending.rend(), [](char c) {
        return Characters{{&c, 1}}.have(Characters::blank_or_control);
    });
    const auto usable = static_cast<std::size_t>(unusable - ending.rbegin());
    const auto* const length = std::find_if(ending_lengths.begin(), ending_lengths.end(),
                                            [usable](std::size_t n) { return n <= usable; });
    file(form(field, Kind::ending, *length), ending, pattern);
    pattern.expression = expression;
}

// `domain` as what follows the @ of a mailbox, or as a name where the field has no mailboxes.
void PatternReader::file_domain(const Form& form, std::string_view domain, Pattern& pattern) {
    if (!has_mailboxes(form.field)) {
        file(form, domain, pattern);
        return;
    }
    at_domain_.assign("@").append(domain);
    file(form, at_domain_, pattern);
}

std::string_view PatternReader::whats_odd_in_host(std::string_view name) const {
    return is_meant_as_range(name) ? "a range of addresses is no name: expected networks under client"
                                   : whats_odd_in_host_name(name, characters_);
}

void PatternReader::read_below(Field field, std::string_view name, Pattern& pattern) {
    file_domain(form(field, Kind::below, count_of(name, '.') + 1), name, pattern);
    if (field == Field::helo || !pattern.doubt.empty()) {
        return; // a client may say in its HELO what it likes
    }
    if (field == Field::recipient && looks_like_address(name) && sys::Address::parse(name)) {
        pattern.doubt = "a client's address is not the domain of a recipient";
        return;
    }
    pattern.doubt = has_mailboxes(field) ? whats_odd_in_domain(name, characters_) : whats_odd_in_host(name);
    if (!pattern.doubt.empty() && field == Field::client && name.find('@') != std::string_view::npos) {
        pattern.doubt = "a mailbox is not the name of a client";
    }
}

void PatternReader::read_mailbox(Field field, std::string_view mailbox, Pattern& pattern) {
    const std::size_t at = mailbox.find('@');
    const std::string_view domain = mailbox.substr(at + 1);
    file(form(field, domain.empty() ? Kind::user : Kind::mailbox, count_of(mailbox.substr(0, at), '+')),
         mailbox, pattern);
    if (pattern.doubt.empty()) {
        pattern.doubt = whats_odd_in_local_part(mailbox.substr(0, at), characters_);
    }
    if (pattern.doubt.empty() && !domain.empty()) {
        pattern.doubt = whats_odd_in_domain(domain, characters_);
    }
}

void PatternReader::read_domain(Field field, std::string_view domain, Pattern& pattern) {
    file_domain(form(field, Kind::domain), domain, pattern);
    if (pattern.doubt.empty()) {
        pattern.doubt = looks_like_address(domain) && sys::Address::parse(domain)
                            ? "a client's address is not a domain of a mailbox"
                            : whats_odd_in_domain(domain, characters_);
    }
}

void PatternReader::read_mail(Field field, std::string_view word, Pattern& pattern) {
    if (word == "<>") {
        if (field != Field::sender) {
            throw Unreadable{"expected a mailbox or a domain: only a sender may be empty"};
        }
        file(form(field, Kind::mailbox), "", pattern);
        return;
    }
    const std::size_t at = word.find('@');
    if (at == std::string_view::npos && word.front() == '.') {
        read_below(field, word.substr(1), pattern);
    } else if (at == std::string_view::npos || (at == 0 && word.size() > 1 && word[1] != '.')) {
        const std::string_view domain = word.substr(at + 1);
        if (!is_plain(domain)) {
            throw Unreadable{"expected user@domain, user@, domain, .domain or /expression/"};
        }
        read_domain(field, domain, pattern);
    } else if (is_plain(word.substr(0, at))) {
        read_mailbox(field, word, pattern);
    } else {
        throw Unreadable{"expected user@domain, user@, domain, .domain or /expression/"};
    }
}

void PatternReader::read_name(Field field, std::string_view word, Pattern& pattern) {
    if (word.front() == '.' && field != Field::sasl) {
        read_below(field, word.substr(1), pattern);
        return;
    }
    if (!is_plain(word)) {
        throw Unreadable{field == Field::sasl ? "expected a login name or /expression/"
                                              : "expected a name, .domain or /expression/"};
    }
    file(form(field, Kind::name), word, pattern);
    if (field == Field::helo && is_meant_as_range(word)) {
        pattern.doubt = "compared letter by letter: addresses are the client's";
    }
    if (!has_host_names(field) || !pattern.doubt.empty()) {
        return;
    }
    pattern.doubt = whats_odd_in_host(word);
    if (!pattern.doubt.empty() && word.find('@') != std::string_view::npos) {
        pattern.doubt = "a mailbox is not the name of a client";
    }
}

void PatternReader::read(Field field, std::string_view word, Pattern& pattern) {
    read_as_written(field, word, pattern);
    if (field == Field::sasl && pattern.doubt.empty()) {
        pattern.doubt = "greyonce makes no decision about a client that has logged in";
    }
}

void PatternReader::read_as_written(Field field, std::string_view word, Pattern& pattern) {
    if (word.front() == '/' && field != Field::server) { // first: it may have an address's colons
        read_expression(field, word, pattern);
    } else if (has_addresses(field) && (is_meant_as_address(word) || field == Field::server)) {
        read_network(field, word, pattern);
    } else if (has_mailboxes(field)) {
        read_mail(field, word, pattern);
    } else if (field == Field::client && is_meant_as_range(word)) {
        throw Unreadable{"expected an address or a network ADDRESS/LENGTH, not a range"};
    } else {
        read_name(field, word, pattern);
    }
}

} // namespace rules
