#include "store/choosing/options.hpp"

#include "store/redis/place.hpp"

namespace store {

std::string state_name_from(const std::string& text) {
    if (redis::is_meant_by(text) && redis::servers_in(text).empty()) {
        throw settings::WrongValue{
            "a file, or redis:unix:/PATH or redis:inet:HOST:PORT, with ,SERVER for each more"};
    }
    return settings::something_from(text, "a file");
}

// Nothing that SCAN's patterns mean something by, nor a blank, which ends a kind's letter.
std::string state_prefix_from(const std::string& text) {
    constexpr std::string_view marks =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._-/{}";
    constexpr std::size_t longest = 64;
    if (text.empty() || text.size() > longest || text.find_first_not_of(marks) != std::string::npos) {
        throw settings::WrongValue{"1 to 64 letters, digits and : . _ - / { }"};
    }
    return text;
}

} // namespace store
