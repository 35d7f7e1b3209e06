#include "decision/greylist_texts.hpp"

#include "settings/version.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <ctime>

namespace decision {

namespace {

void replace_first(std::string& text, std::string_view sequence, std::string_view value) {
    const auto at = text.find(sequence);
    if (at != std::string::npos) {
        text.replace(at, sequence.size(), value);
    }
}

bool starts_with_digit(std::string_view text) {
    return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

// "Sat, 21 Nov 2026 20:53:45 UTC"
std::string local_date(sys::Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm local{};
    std::array<char, 64> buffer{};
    if (localtime_r(&seconds, &local) == nullptr) {
        return {};
    }
    return {buffer.data(), std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %T %Z", &local)};
}

std::string system_hostname() {
    std::array<char, HOST_NAME_MAX + 1> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) {
        return "localhost";
    }
    return buffer.data();
}

// Never nothing: a text that became empty could make of the action one that lets the mail pass.
std::string_view domain_of(std::string_view recipient) {
    const std::string_view domain = recipient.substr(recipient.rfind('@') + 1);
    return domain.find_first_not_of(" \t") == std::string_view::npos ? "?" : domain;
}

} // namespace

std::string waiting_text(std::string_view text, sys::Seconds missing, std::string_view recipient,
                         bool has_etrn_domain) {
    std::string result = has_etrn_domain && !starts_with_digit(text) ? "4.2.0 " : "";
    result.append(text);
    replace_first(result, "%s", std::to_string(missing.count()));
    replace_first(result, "%r", domain_of(recipient));
    return result;
}

std::string header_text(std::string_view header, sys::Seconds waited, sys::Time now,
                        std::string_view hostname) {
    std::string result{header};
    replace_first(result, "%t", std::to_string(waited.count()));
    replace_first(result, "%v", version);
    if (result.find("%d") != std::string::npos) {
        replace_first(result, "%d", local_date(now));
    }
    if (result.find("%h") != std::string::npos) {
        replace_first(result, "%h", hostname.empty() ? system_hostname() : std::string{hostname});
    }
    return result;
}

} // namespace decision
