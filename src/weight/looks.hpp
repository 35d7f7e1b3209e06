// What a name or a sender looks like. All texts in lower case.
#pragma once

#include <string_view>

namespace weight {

// Digits and dots, in brackets or not: 192.0.2.1, [192.0.2.1]; at least three characters.
bool is_numeric(std::string_view helo);

// Has a word of a server (mx, smtp, mail, dedicated, stat) and two dots behind it: mail.example.org.
bool names_a_server(std::string_view host);

// Has a word of a dial-up pool (.dip, cable, ppp, dial, dsl, dyn, client, rev…ip, rev…home) and two dots
// behind it.
bool names_a_pool(std::string_view host);

// Has four short numbers between dashes, dots or underlines behind a letter or such a sign:
// host-192-0-2-1.example.org.
bool embeds_an_address(std::string_view host);

bool is_nobody(std::string_view sender);

// Five consonants or four vowels in a row in the local part.
bool is_random(std::string_view sender);

} // namespace weight
