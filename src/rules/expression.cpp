#include "rules/expression.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstdint>
#include <memory>

namespace rules {

namespace {

// About a millisecond of backtracking; the longest value takes an ordinary expression a few thousand steps.
constexpr std::uint32_t match_limit = 50'000;
constexpr std::uint32_t heap_limit_kib = 4096;

struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

PCRE2_SPTR bytes_of(std::string_view text) {
    return reinterpret_cast<PCRE2_SPTR>(text.data());
} // NOLINT

struct Attempt {
    std::unique_ptr<pcre2_code, Free> code;
    int error = 0;
    std::size_t offset = 0;
};

Attempt compile(std::string_view expression) {
    constexpr std::uint32_t options = PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
    Attempt attempt;
    attempt.code.reset(pcre2_compile(bytes_of(expression), expression.size(), options, &attempt.error,
                                     &attempt.offset, nullptr));
    return attempt;
}

} // namespace

std::optional<std::string> whats_wrong_with_expression(std::string_view expression) {
    const Attempt attempt = compile(expression);
    if (attempt.code) {
        return std::nullopt;
    }
    std::array<PCRE2_UCHAR, 256> message{};
    pcre2_get_error_message(attempt.error, message.data(), message.size());
    return std::string{reinterpret_cast<const char*>(message.data())} + " at byte " + // NOLINT
           std::to_string(attempt.offset + 1);
}

Answer ask_expression(std::string_view expression, std::string_view value) {
    const Attempt attempt = compile(expression);
    const std::unique_ptr<pcre2_match_context, Free> context{pcre2_match_context_create(nullptr)};
    const std::unique_ptr<pcre2_match_data, Free> data{pcre2_match_data_create(1, nullptr)};
    if (!attempt.code || !context || !data) {
        return Answer::gave_up;
    }
    pcre2_set_match_limit(context.get(), match_limit);
    pcre2_set_heap_limit(context.get(), heap_limit_kib);
    const int result =
        pcre2_match(attempt.code.get(), bytes_of(value), value.size(), 0, 0, data.get(), context.get());
    if (result == PCRE2_ERROR_NOMATCH) {
        return Answer::differs;
    }
    return result < 0 ? Answer::gave_up : Answer::matches;
}

} // namespace rules
