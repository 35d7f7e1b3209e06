#include "ask/server.hpp"

#include <algorithm>

namespace ask {

namespace {

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

} // namespace

std::optional<Server> parse_server(std::string_view text) {
    std::string_view name;
    const auto equals = text.find('=');
    // A path may have an equals sign, a name has no colon.
    if (equals < text.find(':')) {
        name = text.substr(0, equals);
        text.remove_prefix(equals + 1);
        if (!is_name(name)) {
            return std::nullopt;
        }
    }
    auto endpoint = sys::parse_endpoint(text);
    if (!endpoint) {
        return std::nullopt;
    }
    return Server{std::string{name}, *std::move(endpoint)};
}

} // namespace ask
