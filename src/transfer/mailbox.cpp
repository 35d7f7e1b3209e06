#include "transfer/mailbox.hpp"

namespace transfer {

namespace {

constexpr std::string_view specials = "()<>@,;:\\\".[]";

bool is_atom(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F && specials.find(c) == std::string_view::npos;
}

// Where the quoted string at `at` ends; npos where it does not.
std::size_t quoted_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

std::size_t word_end(std::string_view text, std::size_t at) {
    while (at < text.size() && (is_atom(text[at]) || text[at] == '\\')) {
        at += text[at] == '\\' ? 2 : 1;
    }
    return at;
}

// npos where there is no local part, or none that ends.
std::size_t local_part_end(std::string_view text) {
    std::size_t at = 0;
    while (true) {
        at = at < text.size() && text[at] == '"' ? quoted_end(text, at) : word_end(text, at);
        if (at > text.size()) {
            return std::string_view::npos;
        }
        if (at == text.size() || text[at] != '.') {
            return at == 0 ? std::string_view::npos : at;
        }
        ++at;
    }
}

// npos where there is none.
std::size_t domain_end(std::string_view text, std::size_t at) {
    const std::size_t start = at;
    if (at < text.size() && text[at] == '[') {
        const std::size_t end = text.find_first_of("[]\\ \t", at + 1);
        return end == std::string_view::npos || text[end] != ']' ? std::string_view::npos : end + 1;
    }
    while (at < text.size() && (is_atom(text[at]) || text[at] == '.')) {
        ++at;
    }
    return at == start ? std::string_view::npos : at;
}

} // namespace

std::optional<std::string_view> mailbox_at_start(std::string_view text) {
    std::size_t end = local_part_end(text);
    if (end < text.size() && text[end] == '@') {
        end = domain_end(text, end + 1);
    }
    return end == std::string_view::npos ? std::nullopt : std::optional{text.substr(0, end)};
}

bool is_mailbox(std::string_view text) {
    const std::size_t local = local_part_end(text);
    return local < text.size() && text[local] == '@' && domain_end(text, local + 1) == text.size();
}

std::string unquoted(std::string_view mailbox) {
    if (mailbox_at_start(mailbox) != mailbox) {
        return std::string{mailbox};
    }
    const std::size_t local = local_part_end(mailbox);
    std::string result;
    for (std::size_t at = 0; at < local; ++at) {
        if (mailbox[at] == '\\') {
            ++at;
        } else if (mailbox[at] == '"') {
            continue;
        }
        result += mailbox[at];
    }
    return result.append(mailbox.substr(local));
}

} // namespace transfer
