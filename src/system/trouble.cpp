#include "system/trouble.hpp"

#include <cstring>

namespace sys {

namespace {

std::string sentence(std::string_view doing, std::string_view what, std::string_view why) {
    std::string text{doing};
    text.append(" ").append(what).append(": ").append(why);
    return text;
}

} // namespace

Trouble::Trouble(std::string_view doing, std::string_view what, int error)
    : std::runtime_error(sentence(doing, what, std::strerror(error))), error_(error) {}

Trouble::Trouble(std::string_view doing, std::string_view what, std::string_view why)
    : std::runtime_error(sentence(doing, what, why)) {}

} // namespace sys
