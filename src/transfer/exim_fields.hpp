// The fields of a line of Exim's main log, read from its end to its beginning, in every way in which they can be read
// (exim_log.cpp says why). Pure.
#pragma once

#include "system/address.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace transfer {

bool is_digit(char c);
// Where the digits that begin `at` end.
std::size_t skip_digits(std::string_view text, std::size_t at);

// `[ADDRESS]`, with or without a port.
struct Endpoint {
    std::optional<sys::Address> address;
    std::size_t end = std::string_view::npos;
};

Endpoint endpoint_at(std::string_view text, std::size_t at);

struct EximField;   // a kind of field, and where among the others it stands
struct EximGrammar; // all kinds that a line may have

// From which places of a line on all the rest is fields in their order. One walk from the end to the
// beginning: a line costs time by its length, whatever stands in it.
class EximFields {
  public:
    static EximFields of_arrival(std::string_view line);
    static EximFields of_delivery(std::string_view line);

    // Whether all from the blank at `at` on can be read, and no needed field is missing.
    [[nodiscard]] bool is_whole_from(std::size_t at) const;
    // Whether the field that names who has logged in may stand there or behind.
    [[nodiscard]] bool may_be_authenticated(std::size_t from) const;

  private:
    EximFields(std::string_view line, const EximGrammar& grammar);

    [[nodiscard]] std::size_t limit_behind(int place) const;
    [[nodiscard]] int limit(std::size_t index) const;
    void note(std::size_t at, int place);
    [[nodiscard]] bool may_follow(int place, std::size_t end) const;
    [[nodiscard]] int first_field(std::size_t at) const;
    [[nodiscard]] bool is_read(const EximField& field, std::size_t value) const;

    std::string_view line_;
    const EximGrammar& grammar_;
    std::vector<int>
        first_; // at each blank, the place of the field behind it; 0 where the rest cannot be read
    // The latest place within each limit of the fields that have been read so far, for those whose end may be
    // anywhere; and of those with a quotation mark before them.
    std::array<int, 3> latest_{};
    std::array<int, 3> latest_quote_{};
};

} // namespace transfer
