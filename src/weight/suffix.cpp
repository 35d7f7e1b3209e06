#include "weight/suffix.hpp"

#include <libpsl.h>

#include <string>

namespace weight {

namespace {

constexpr std::size_t longest_name = 253; // RFC 1035, 2.3.4, as text

} // namespace

std::string_view public_suffix(std::string_view name) {
    if (name.size() > longest_name) {
        return {};
    }
    const std::string text(name);
    for (std::size_t start = 0;; ++start) {
        // Without the list's last rule, by which every unknown top level would be a suffix.
        if (psl_is_public_suffix2(psl_builtin(), text.c_str() + start,
                                  PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0) {
            return name.substr(start);
        }
        start = name.find('.', start);
        if (start == std::string_view::npos) {
            return {};
        }
    }
}

} // namespace weight
