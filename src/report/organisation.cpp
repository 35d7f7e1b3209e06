#include "report/organisation.hpp"

#include "system/text.hpp"
#include "weight/suffix.hpp"

#include <algorithm>

namespace report {

namespace {

bool is_host_name(std::string_view name) {
    constexpr std::size_t longest = 253; // RFC 1035, 2.3.4, as text
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    return !name.empty() && name.size() <= longest &&
           name.find_first_not_of(letters) == std::string_view::npos && name.front() != '.' &&
           name.find("..") == std::string_view::npos && name.find('.') != std::string_view::npos;
}

// What stands behind the last dot before `end`.
std::size_t label_before(std::string_view name, std::size_t end) {
    const std::size_t dot = end == 0 ? std::string_view::npos : name.rfind('.', end - 1);
    return dot == std::string_view::npos ? 0 : dot + 1;
}

} // namespace

std::string organisation_of(std::string_view host) {
    std::string name = sys::lower_case(host);
    if (name.ends_with('.')) {
        name.pop_back();
    }
    if (!is_host_name(name)) {
        return {};
    }
    const std::string_view suffix = weight::public_suffix(name);
    const std::size_t suffix_size =
        suffix.empty() ? name.size() - label_before(name, name.size()) : suffix.size();
    if (suffix_size >= name.size()) {
        return {};
    }
    return name.substr(label_before(name, name.size() - suffix_size - 1));
}

std::string network_of(const sys::Address& address, unsigned prefix) {
    return address.network(prefix).text() + '/' + std::to_string(prefix);
}

std::string domain_of(std::string_view mailbox) {
    const std::size_t at = mailbox.rfind('@');
    return at == std::string_view::npos ? std::string{} : sys::lower_case(mailbox.substr(at + 1));
}

std::string without_local_parts(std::string_view text) {
    constexpr std::string_view around = " <>(),;:\"'=/[]";
    std::string result;
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
        const std::size_t before = text.find_last_of(around, at);
        result.append(text.substr(0, before == std::string_view::npos ? 0 : before + 1)).append("…@");
        text.remove_prefix(at + 1);
    }
    return result.append(text);
}

} // namespace report
