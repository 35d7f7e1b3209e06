#include "greylist/triplet.hpp"

#include "greylist/kind.hpp"
#include "greylist/organisation.hpp"
#include "system/hexadecimal.hpp"
#include "system/text.hpp"

#include <sha1.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace greylist {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
    return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

// A BATV tag value: ten digits or lower-case letters (more may follow).
bool looks_like_tag(std::string_view part) {
    constexpr std::size_t tag_length = 10;
    return part.size() >= tag_length && std::all_of(part.begin(), part.begin() + tag_length,
                                                    [](char c) { return is_digit(c) || is_lower(c); });
}

bool starts_with_word(std::string_view text, std::string_view word) {
    return sys::lower_case(text.substr(0, word.size())) == word;
}

// prvs=TAG=LOCAL, also seen as prvs=LOCAL=TAG; anything else is no BATV.
std::string_view without_batv(std::string_view local, bool in_any_case) {
    constexpr std::string_view scheme = "prvs=";
    if (!(in_any_case ? starts_with_word(local, scheme) : local.starts_with(scheme))) {
        return local;
    }
    const std::string_view rest = local.substr(scheme.size());
    const auto middle = rest.find('=');
    if (middle == std::string_view::npos) {
        return local;
    }
    const std::string_view second = rest.substr(0, middle);
    std::string_view third = rest.substr(middle + 1);
    while (third.ends_with('=')) { // empty parts at the end do not count
        third.remove_suffix(1);
    }
    if (third.empty() || third.find('=') != std::string_view::npos) {
        return local;
    }
    return looks_like_tag(third) && !looks_like_tag(second) ? second : third;
}

// Takes a word and its `=` off `text`; false where there is none.
bool take_part(std::string_view& text) {
    const auto end = text.find('=');
    if (end == 0 || end == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(end + 1);
    return true;
}

// A forwarder's sender, as the Sender Rewriting Scheme writes it anew each day: without hashes and time.
//   SRS0=HASH=TIME=DOMAIN=LOCAL                 SRS0=DOMAIN=LOCAL
//   SRS1=HASH=FORWARDER==HASH=TIME=DOMAIN=LOCAL SRS1=FORWARDER==DOMAIN=LOCAL
// The first separator, and the one behind the FORWARDER's, may be + or - as well. Anything else is as it was.
std::string without_srs(std::string_view local) {
    constexpr std::size_t scheme = 4;
    const auto is_separator = [](char c) { return c == '=' || c == '+' || c == '-'; };
    const bool is_first = starts_with_word(local, "srs0");
    if ((!is_first && !starts_with_word(local, "srs1")) || local.size() <= scheme ||
        !is_separator(local[scheme])) {
        return std::string{local};
    }
    std::string_view rest = local.substr(scheme + 1);
    std::string result{local.substr(0, scheme)};
    result += '=';
    if (!is_first) {
        const std::string_view forwarder = take_part(rest) ? rest : std::string_view{};
        if (!take_part(rest) || rest.empty() || !is_separator(rest.front())) {
            return std::string{local};
        }
        result.append(forwarder.substr(0, forwarder.size() - rest.size())).append("=");
        rest.remove_prefix(1);
    }
    const bool has_hash = take_part(rest);
    const bool has_time = has_hash && take_part(rest);
    return has_time && !rest.empty() ? result.append(rest) : std::string{local};
}

// Numbers between non-word characters become `#`: list-12-ab34 → list-#-ab34.
std::string without_numbers(std::string_view local) {
    std::string result;
    for (std::size_t at = 0; at < local.size();) {
        if (!is_word(local[at])) {
            result += local[at++];
            continue;
        }
        std::size_t end = at;
        while (end < local.size() && is_word(local[end])) {
            ++end;
        }
        const std::string_view word = local.substr(at, end - at);
        result.append(std::all_of(word.begin(), word.end(), is_digit) ? std::string_view{"#"} : word);
        at = end;
    }
    return result;
}

std::string sha1_hex(std::string_view text) {
    std::array<char, SHA1_DIGEST_STRING_LENGTH> hex{};
    SHA1Data(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), hex.data());
    return hex.data();
}

std::string with_prefix(const std::string& text, unsigned prefix) {
    return text + '/' + std::to_string(prefix);
}

unsigned prefix_of(const sys::Address& client, const Grouping& grouping) {
    return client.bits() == 32 ? grouping.ipv4_prefix : grouping.ipv6_prefix;
}

// As postgrey writes it before it takes the hash.
std::string hashed_client(const sys::Address& client, const Grouping& grouping,
                          std::string_view organisation) {
    if (!organisation.empty()) {
        return std::string{organisation};
    }
    return grouping.by_host ? with_prefix(client.expanded(), client.bits())
                            : client.network(prefix_of(client, grouping)).expanded();
}

// Upper case, as postgrey writes a client's own key.
std::string postgrey_client(const sys::Address& client) {
    std::string text = client.expanded();
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

} // namespace

bool is_network_field(std::string_view field) {
    const std::size_t slash = field.find('/');
    const auto address = sys::Address::parse(field.substr(0, slash));
    if (!address || address->text() != field.substr(0, slash)) {
        return false;
    }
    if (slash == std::string_view::npos) {
        return true;
    }
    unsigned prefix = 0;
    const char* const end = field.data() + field.size();
    const auto digits = std::from_chars(field.data() + slash + 1, end, prefix);
    return digits.ec == std::errc{} && digits.ptr == end && prefix <= address->bits();
}

bool is_client_field(std::string_view field) {
    return is_domain(field) || is_network_field(field);
}

bool is_short_field(const std::string& field) {
    constexpr std::size_t longest_ever = 512;
    return field.size() <= longest_ever;
}

bool is_address_field(const std::string& field) {
    return is_short_field(field) && sys::lower_case(field) == field;
}

bool is_hash(std::string_view field) {
    constexpr std::size_t sha1_digits = SHA1_DIGEST_STRING_LENGTH - 1;
    return field.size() == sha1_digits && field.find_first_not_of(sys::lower_hex) == std::string_view::npos;
}

bool could_be_ours(const Key& key) {
    if (clean_text(key) != key.text) {
        return false;
    }
    return row_of(key.kind).could_be_ours(fields_of(key));
}

std::string steady_sender(std::string_view sender, bool with_srs) {
    const auto at = sender.find('@');
    if (at == std::string_view::npos) {
        return std::string{sender};
    }
    const std::string_view tagged = without_batv(sender.substr(0, at), with_srs);
    std::string local = with_srs ? without_srs(tagged) : std::string{tagged};
    local.resize(std::min(local.size(), local.find('+')));
    return without_numbers(local).append(sender.substr(at));
}

std::string client_field(const sys::Address& client, const Grouping& grouping,
                         std::string_view organisation) {
    if (!organisation.empty()) {
        return std::string{organisation};
    }
    return grouping.by_host ? with_prefix(client.text(), client.bits())
                            : client.network(prefix_of(client, grouping)).text();
}

Key triplet_of(const sys::Address& client, std::string_view sender, std::string_view recipient,
               const Grouping& grouping, std::string_view organisation) {
    const std::string from = sys::lower_case(steady_sender(sender, grouping.by_organisation));
    const std::string to = sys::lower_case(recipient);
    if (grouping.hashed) {
        return {Kind::triplet,
                sha1_hex(hashed_client(client, grouping, organisation) + '/' + from + '/' + to)};
    }
    return triplet_key(client_field(client, grouping, organisation), from, to);
}

std::optional<Key> pair_of(const sys::Address& client, std::string_view sender, const Grouping& grouping,
                           std::string_view organisation) {
    const auto at = sender.rfind('@');
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string domain = registrable_domain(sender.substr(at + 1));
    if (grouping.hashed) {
        return Key{Kind::pair, sha1_hex(hashed_client(client, grouping, organisation) + '/' + domain)};
    }
    return pair_key(client_field(client, grouping, organisation), domain);
}

std::optional<Key> correspondent_of(std::string_view theirs, std::string_view ours,
                                    const Grouping& grouping) {
    const auto at = theirs.rfind('@');
    if (at == std::string_view::npos || ours.empty()) {
        return std::nullopt;
    }
    const std::string domain = registrable_domain(theirs.substr(at + 1));
    const std::string address = sys::lower_case(ours);
    return grouping.hashed ? Key{Kind::correspondent, sha1_hex(domain + '/' + address)}
                           : correspondent_key(domain, address);
}

Key client_of(const sys::Address& client, const Grouping& grouping) {
    const bool counts_as_network = client.bits() == 128 && !grouping.by_host;
    return address_of(counts_as_network ? client.network(grouping.ipv6_prefix) : client, grouping);
}

Key address_of(const sys::Address& client, const Grouping& grouping) {
    return grouping.hashed ? Key{Kind::client, sha1_hex(postgrey_client(client))} : client_key(client.text());
}

Key instance_of(std::string_view instance, const Grouping& grouping) {
    return grouping.hashed ? Key{Kind::instance, sha1_hex(instance)} : instance_key(instance);
}

Key weight_of(std::string_view what, const std::vector<std::string>& fields, const Grouping& grouping) {
    const Key key = weight_key(what, fields);
    return grouping.hashed ? weight_key(what, {sha1_hex(key.text)}) : key;
}

} // namespace greylist
