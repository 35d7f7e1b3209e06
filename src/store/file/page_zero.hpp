// Page 0 of the state file: what it is, and its seed. Pure. One line, padded with newlines; the same again in
// the second half of the page, and never changed after the file was made.
//
//     greyonce state 1 page 4096 roots 256 seed 00112233445566778899aabbccddeeff sum 9e83f1d0\n
//
// The sum (check_sum.hpp) is that of the line up to and with the blank before it.
#pragma once

#include "store/file/page.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace store {

std::string page_zero(const Seed& seed);
bool is_page_zero(std::string_view bytes, const Seed& seed);
// What it begins with, and its newline.
std::string first_line(const Seed& seed);

// The seed, where at least one half is as it was written. `bytes`: the whole page, or as much as there is.
std::optional<Seed> seed_in(std::string_view bytes);

// Why a page without a seed is none of ours, for a message.
std::string whats_wrong_with(std::string_view bytes);

} // namespace store
