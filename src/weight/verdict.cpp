#include "weight/verdict.hpp"

#include "system/text.hpp"

namespace weight {

std::string Verdict::tokens() const {
    std::string tokens;
    for (const Finding& finding : findings) {
        tokens.append(" ").append(finding.token);
    }
    return tokens;
}

bool is_temporary(std::string_view action) {
    const std::string lower = sys::lower_case(action);
    return lower.starts_with('4') || lower.starts_with("defer");
}

} // namespace weight
