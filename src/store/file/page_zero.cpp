#include "store/file/page_zero.hpp"

#include "store/file/check_sum.hpp"
#include "system/hexadecimal.hpp"

#include <charconv>

namespace store {

namespace {

constexpr std::string_view signature = "greyonce state ";
constexpr std::string_view before_seed = "greyonce state 1 page 4096 roots 256 seed ";
constexpr std::string_view before_sum = " sum ";
constexpr std::size_t half = page_size / 2;

std::optional<Seed> seed_in_line(std::string_view text) {
    if (!text.starts_with(before_seed) || text.size() < before_seed.size() + 2 * Seed{}.size()) {
        return std::nullopt;
    }
    Seed seed{};
    const char* digits = text.data() + before_seed.size();
    for (std::uint8_t& byte : seed) {
        if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
            return std::nullopt;
        }
        digits += 2;
    }
    return text.starts_with(first_line(seed)) ? std::optional{seed} : std::nullopt;
}

} // namespace

std::string first_line(const Seed& seed) {
    std::string line{before_seed};
    for (const std::uint8_t byte : seed) {
        const auto digits = sys::hexadecimal<2>(byte);
        line.append(digits.data(), digits.size());
    }
    line.append(before_sum);
    const auto sum = check_sum(line);
    return line.append(sum.data(), sum.size()) + '\n';
}

std::string page_zero(const Seed& seed) {
    std::string line = first_line(seed);
    line.resize(half, '\n');
    return line + line;
}

bool is_page_zero(std::string_view bytes, const Seed& seed) {
    const std::string line = first_line(seed);
    const std::string_view padding = bytes.substr(0, half).substr(line.size() - 1);
    return bytes.size() == page_size && bytes.starts_with(line) &&
           padding.substr(1) == padding.substr(0, padding.size() - 1) &&
           bytes.substr(0, half) == bytes.substr(half);
}

std::optional<Seed> seed_in(std::string_view bytes) {
    if (const auto seed = seed_in_line(bytes)) {
        return seed;
    }
    return bytes.size() > half ? seed_in_line(bytes.substr(half)) : std::nullopt;
}

std::string whats_wrong_with(std::string_view bytes) {
    if (bytes.starts_with(signature) && !bytes.starts_with(before_seed)) {
        const std::string_view rest = bytes.substr(signature.size());
        unsigned version = 0;
        if (std::from_chars(rest.data(), rest.data() + rest.size(), version).ec == std::errc{} &&
            version != 1) {
            return "a greyonce state of version " + std::to_string(version) + ", which is not known here";
        }
    }
    return bytes.starts_with(signature) ? "its first page is damaged in both halves" : "not a greyonce state";
}

} // namespace store
