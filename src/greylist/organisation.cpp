#include "greylist/organisation.hpp"

#include "system/text.hpp"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

namespace greylist {

namespace {

using Text = std::string_view;

constexpr std::size_t longest_name = 253; // RFC 1035, 2.3.4, as text
// Two labels, as none is longer in earnest; a field of a key is as it is up to there.
constexpr std::size_t longest_domain = 127;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}
bool is_separator(char c) {
    return c == '.' || c == '-' || c == '_';
}

// Whether `is_it` holds for a part of `text`: what stands between two characters that `ends`.
template <typename Ends, typename Is>
bool any_part(Text text, Ends ends, Is is_it) {
    for (std::size_t start = 0; start < text.size();) {
        const auto* const end = std::find_if(text.begin() + start, text.end(), ends);
        const Text part = text.substr(start, static_cast<std::size_t>(end - text.begin()) - start);
        if (!part.empty() && is_it(part)) {
            return true;
        }
        start += part.size() + 1;
    }
    return false;
}

// Whether a part of `text` is one of `words`; digits end it, too.
template <std::size_t count>
bool has_part(Text text, const std::array<Text, count>& words) {
    return any_part(
        text, [](char c) { return is_separator(c) || is_digit(c); },
        [&](Text part) { return std::ranges::find(words, part) != words.end(); });
}

// --- what a name is made of ---

// The labels before the organisation's own, as in mail.example.org the "mail".
bool names_a_mail_server(Text labels) {
    constexpr std::array<Text, 4> anywhere{"mail", "smtp", "relay", "send"};
    constexpr std::array<Text, 3> at_an_end{"mta", "mx", "out"};
    return any_part(
        labels, [](char c) { return is_separator(c) || is_digit(c); },
        [&](Text part) {
            return std::ranges::any_of(anywhere, [&](Text word) { return part.find(word) != Text::npos; }) ||
                   std::ranges::any_of(
                       at_an_end, [&](Text word) { return part.starts_with(word) || part.ends_with(word); });
        });
}

bool names_a_line(Text labels) {
    constexpr std::array<Text, 6> anywhere{"cable", "ppp", "dial", "dsl", "dyn", "client"};
    constexpr std::array<Text, 18> parts{"dynamic",   "pool",      "pools",      "cust",        "customer",
                                         "customers", "home",      "homes",      "user",        "users",
                                         "abo",       "subs",      "subscriber", "subscribers", "dip",
                                         "dhcp",      "broadband", "unassigned"};
    const std::size_t rev = labels.find("rev"); // and then ip or home: rev.ip, reverse.home
    const Text after = rev == Text::npos ? Text{} : labels.substr(rev + 3);
    return has_part(labels, parts) || after.find("ip") != Text::npos || after.find("home") != Text::npos ||
           std::ranges::any_of(anywhere, [&](Text word) { return labels.find(word) != Text::npos; });
}

// Words of what hosters rent out. They say nothing where the name is a mail server's.
bool names_a_rented_host(Text labels) {
    constexpr std::array<Text, 8> parts{"vps", "vm", "kvm", "vds", "vserver", "cloud", "instance", "colo"};
    return has_part(labels, parts);
}

// A hoster's own words, before which who rents may put any: mail.westeurope.cloudapp.azure.com.
bool names_a_hoster(Text labels) {
    constexpr std::array<Text, 2> parts{"cloudapp", "compute"};
    return has_part(labels, parts);
}

// vmi123456, host-12345: at most four letters and then five digits or more. 1a2b3c4d: six hexadecimal digits or
// more, a decimal one among them.
bool is_numbered(Text labels) {
    constexpr std::size_t most_letters = 4;
    constexpr std::ptrdiff_t fewest_digits = 5;
    constexpr std::size_t fewest_hexadecimal = 6;
    const Text first = labels.substr(0, labels.find('.'));
    const auto* digits = std::find_if_not(first.begin(), first.end(), is_letter);
    const bool is_short = static_cast<std::size_t>(digits - first.begin()) <= most_letters;
    if (digits != first.end() && is_separator(*digits)) {
        ++digits;
    }
    if (is_short && std::find_if_not(digits, first.end(), is_digit) - digits >= fewest_digits) {
        return true;
    }
    return any_part(labels, is_separator, [](Text part) {
        return part.size() >= fewest_hexadecimal && std::ranges::all_of(part, is_hexadecimal) &&
               std::ranges::any_of(part, is_digit);
    });
}

// --- the client's own address in its name ---

// Both ways round.
bool has_either(Text name, std::vector<std::string> parts) {
    const auto joined = [&] {
        std::string text;
        for (const std::string& part : parts) {
            text += part;
        }
        return text;
    };
    const bool is_there = name.find(joined()) != Text::npos;
    std::ranges::reverse(parts);
    return is_there || name.find(joined()) != Text::npos;
}

std::string padded(unsigned octet) {
    const std::string text = std::to_string(octet);
    return std::string(3 - text.size(), '0') + text;
}

std::string hexadecimal(unsigned octet) {
    constexpr Text digits = "0123456789abcdef";
    return {digits[octet >> 4U], digits[octet & 0xFU]};
}

// A number of the name as a whole: the digits before and behind it are not its own.
bool has_number(Text name, std::uint32_t number) {
    const std::string wanted = std::to_string(number);
    return any_part(
        name, [](char c) { return !is_digit(c); }, [&](Text part) { return part == wanted; });
}

struct Number {
    unsigned decimal = 256;     // above 255 where it is none
    unsigned hexadecimal = 256; // likewise; only two digits are one
};

Number number_of(Text part) {
    Number number;
    Text digits = part;
    while (!digits.empty() && is_letter(digits.front())) {
        digits.remove_prefix(1); // host192-0-2-1
    }
    while (!digits.empty() && is_letter(digits.back())) {
        digits.remove_suffix(1);
    }
    if (!digits.empty() && std::ranges::all_of(digits, is_digit)) {
        unsigned value = 0;
        for (const char c : digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1))) {
            value = std::min(256U, value * 10 + static_cast<unsigned>(c - '0'));
        }
        number.decimal = value;
    }
    if (part.size() == 2 && std::ranges::all_of(part, is_hexadecimal)) {
        const auto digit = [](char c) { return static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10); };
        number.hexadecimal = digit(part[0]) * 16 + digit(part[1]);
    }
    return number;
}

using Octets = std::array<std::uint8_t, 16>;

// How many numbers of the name, one behind the other, are the octets from `first` on.
std::size_t told_from(std::span<const Number> numbers, const Octets& octets, int first, int step) {
    std::size_t decimal = 0;
    std::size_t hexadecimal = 0;
    std::size_t place = 0;
    for (int octet = first; octet >= 0 && octet < 4 && place < numbers.size(); octet += step, ++place) {
        const unsigned wanted = octets.at(static_cast<std::size_t>(octet));
        decimal += decimal == place && numbers[place].decimal == wanted ? 1U : 0U;
        hexadecimal += hexadecimal == place && numbers[place].hexadecimal == wanted ? 1U : 0U;
    }
    // Two such pairs of letters are soon there by chance.
    return std::max(decimal, hexadecimal > 2 ? hexadecimal : 0);
}

// How many neighbouring octets of the address stand side by side in the name, either way round.
std::size_t told_octets(Text name, const Octets& octets) {
    std::vector<Number> numbers;
    any_part(
        name, [](char c) { return is_separator(c) || c == 'x'; },
        [&](Text part) {
            numbers.push_back(number_of(part));
            return false;
        });
    std::size_t most = 0;
    for (std::span<const Number> rest = numbers; !rest.empty(); rest = rest.subspan(1)) {
        for (int first = 0; first < 4; ++first) {
            most = std::max({most, told_from(rest, octets, first, 1), told_from(rest, octets, first, -1)});
        }
    }
    return most;
}

bool tells_ip4(Text name, Text labels, const Octets& octets) {
    std::uint32_t number = 0;
    std::uint32_t turned = 0;
    std::vector<std::string> hex;
    std::vector<std::string> decimal;
    for (std::size_t i = 0; i < 4; ++i) {
        number = number << 8U | octets.at(i);
        turned = turned << 8U | octets.at(3 - i);
        hex.push_back(hexadecimal(octets.at(i)));
        decimal.push_back(padded(octets.at(i)));
    }
    if (has_either(name, hex) || has_either(name, decimal) || has_number(name, number) ||
        has_number(name, turned)) {
        return true;
    }
    const std::size_t told = told_octets(name, octets);
    return told >= 3 || (told == 2 && !names_a_mail_server(labels));
}

// Its first 16 or last 12 hexadecimal digits, however they are divided, or digit by digit from the end, as the DNS
// has them (RFC 3596, 2.5).
bool tells_ip6(Text name, const Octets& octets) {
    std::string digits;
    for (const std::uint8_t octet : octets) {
        digits += hexadecimal(octet);
    }
    std::string joined{name};
    std::erase_if(joined, is_separator);
    const auto is_told = [&](std::string part) {
        const bool is_there = joined.find(part) != Text::npos;
        std::ranges::reverse(part);
        return is_there || joined.find(part) != Text::npos;
    };
    if (is_told(digits.substr(0, 16)) || is_told(digits.substr(20))) {
        return true;
    }
    // 2a01-cb00-1234-5678: zeros before each group may be left out.
    std::string groups = "-";
    for (std::size_t i = 0; i < 16; i += 4) {
        const std::string group = digits.substr(i, 4);
        groups += group.substr(std::min<std::size_t>(group.find_first_not_of('0'), 3)) + '-';
    }
    std::string divided = '-' + std::string{name} + '-';
    std::ranges::replace_if(divided, is_separator, '-');
    return divided.find(groups) != std::string::npos;
}

bool tells(Text name, Text labels, const sys::Address& address) {
    return address.bits() == 32 ? tells_ip4(name, labels, address.bytes()) : tells_ip6(name, address.bytes());
}

// --- whose name it is ---

// The end of `name`; none where it has no owner.
std::optional<Text> owned(const std::string& name) {
    const char* const domain = psl_registrable_domain(psl_builtin(), name.c_str());
    const bool is_owned = domain != nullptr && Text{domain}.size() <= longest_domain;
    return is_owned ? std::optional<Text>{domain} : std::nullopt;
}

Doubt doubt_of(Text name, Text labels, const sys::Address& address, Text spf_result) {
    if (names_a_line(labels)) {
        return Doubt::line;
    }
    if (tells(name, labels, address)) {
        return Doubt::own_address;
    }
    const bool is_rented = names_a_rented_host(labels) || is_numbered(labels);
    if (names_a_hoster(labels) || (is_rented && !names_a_mail_server(labels))) {
        return Doubt::numbered;
    }
    return spf_result == "fail" || spf_result == "softfail" ? Doubt::spf : Doubt::none;
}

} // namespace

bool is_domain(std::string_view text) {
    const auto is_of_names = [](char c) { return is_letter(c) || is_digit(c) || is_separator(c); };
    const Text last = text.substr(text.rfind('.') + 1);
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, is_of_names) &&
           text.front() != '.' && text.find("..") == Text::npos && text.find('.') != Text::npos &&
           std::ranges::any_of(last, is_letter);
}

Organisation organisation_of(std::string_view name, const sys::Address& address,
                             std::string_view spf_result) {
    const std::string lower = sys::lower_case(name);
    const auto domain = is_domain(lower) ? owned(lower) : std::nullopt;
    if (!domain) {
        return {.doubt = Doubt::no_name};
    }
    const Text labels = Text{lower}.substr(0, lower.size() - domain->size());
    const Doubt doubt = doubt_of(lower, labels, address, spf_result);
    return {doubt == Doubt::none ? std::string{*domain} : "", doubt};
}

std::string registrable_domain(std::string_view name) {
    const std::string lower = sys::lower_case(name);
    const auto domain = is_domain(lower) ? owned(lower) : std::nullopt;
    return domain ? std::string{*domain} : lower;
}

std::string_view text_of(Doubt doubt) {
    switch (doubt) {
    case Doubt::none:
        return "the name is an organisation's server's";
    case Doubt::no_name:
        return "a: there is no verified name that has an owner";
    case Doubt::line:
        return "b: the name is one of a provider's lines";
    case Doubt::own_address:
        return "c: the name tells the client's own address";
    case Doubt::numbered:
        return "d: the name is a number, as rented hosts have it";
    case Doubt::spf:
        return "e: SPF says that the client may not send for the sender";
    }
    return {};
}

} // namespace greylist
