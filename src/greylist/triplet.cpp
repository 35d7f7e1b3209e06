#include "greylist/triplet.hpp"

#include "greylist/kind.hpp"
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

// prvs=TAG=LOCAL, also seen as prvs=LOCAL=TAG; anything else is no BATV.
std::string_view without_batv(std::string_view local) {
    constexpr std::string_view scheme = "prvs=";
    if (!local.starts_with(scheme)) {
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

// Upper case, as postgrey writes a client's own key.
std::string postgrey_client(const sys::Address& client) {
    std::string text = client.expanded();
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

} // namespace

bool is_client_field(std::string_view field) {
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

std::string steady_sender(std::string_view sender) {
    const auto at = sender.find('@');
    if (at == std::string_view::npos) {
        return std::string{sender};
    }
    std::string_view local = without_batv(sender.substr(0, at));
    local = local.substr(0, local.find('+'));
    return without_numbers(local).append(sender.substr(at));
}

Key triplet_of(const sys::Address& client, std::string_view sender, std::string_view recipient,
               const Grouping& grouping) {
    const sys::Address network = grouping.by_host ? client : client.network(prefix_of(client, grouping));
    const std::string from = sys::lower_case(steady_sender(sender));
    const std::string to = sys::lower_case(recipient);
    const auto written = [&](const std::string& text) {
        return grouping.by_host ? with_prefix(text, client.bits()) : text;
    };
    if (grouping.hashed) {
        return {Kind::triplet, sha1_hex(written(network.expanded()) + '/' + from + '/' + to)};
    }
    return triplet_key(written(network.text()), from, to);
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
