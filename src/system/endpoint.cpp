#include "system/endpoint.hpp"

#include "system/lines.hpp"
#include "system/text.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace sys {

namespace {

// A longer path does not fit into a socket's address; one byte is for its end.
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;
// RFC 1035, 2.3.4.
constexpr std::size_t longest_name = 255;

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view inet_prefix = "inet:";

bool is_made_of(std::string_view text, std::string_view marks) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool is_number(std::string_view text) {
    return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        return std::nullopt;
    }
    return port;
}

std::optional<Endpoint> unix_endpoint(std::string_view path) {
    if (!path.starts_with('/') || path.size() > longest_path || path.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    return Endpoint{.text = {}, .path = std::string{path}, .host = {}};
}

// A zone (fe80::1%eth0) would have to be known to connect.
bool is_ipv6(std::string_view text) {
    return text.find(':') != std::string_view::npos && text.find('%') == std::string_view::npos &&
           Address::parse(text);
}

bool is_ipv4_or_name(std::string_view text) {
    if (is_number(text)) {
        return Address::parse(text).has_value();
    }
    return text.size() <= longest_name && is_made_of(text, "-_.");
}

std::optional<Endpoint> inet_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    const auto port = port_of(text.substr(colon + 1));
    const bool is_bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    if (!port || !(is_bracketed ? is_ipv6(host) : is_ipv4_or_name(host))) {
        return std::nullopt;
    }
    return Endpoint{.text = {}, .path = {}, .host = std::string{host}, .port = *port};
}

bool has_word(std::string_view line, const std::string& wanted) {
    while (true) {
        const std::string_view word = take_word(line);
        if (word.empty() || lower_case(word) == wanted) {
            return !word.empty();
        }
    }
}

} // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    std::optional<Endpoint> endpoint;
    if (text.starts_with(unix_prefix)) {
        endpoint = unix_endpoint(text.substr(unix_prefix.size()));
    } else if (text.starts_with(inet_prefix)) {
        endpoint = inet_endpoint(text.substr(inet_prefix.size()));
    }
    if (endpoint) {
        endpoint->text = text;
    }
    return endpoint;
}

std::vector<Address> addresses_of(std::string_view host, std::string_view hosts) {
    if (const auto address = Address::parse(host)) {
        return {*address};
    }
    const std::string wanted = lower_case(host);
    std::vector<Address> found;
    while (!hosts.empty()) {
        std::string_view line = take_line(hosts);
        line = line.substr(0, line.find('#'));
        const auto address = Address::parse(take_word(line));
        if (address && has_word(line, wanted)) {
            found.push_back(*address);
        }
    }
    return found;
}

} // namespace sys
