// One Postfix policy request (SMTPD_POLICY_README): from bytes to fields. Pure: what reads the bytes is not
// its business.
//
//   request = *( name "=" value EOL ) ( EOL / end of file )      EOL = LF / CRLF; a last line may lack it
//
// A line without "=" and a name that nobody knows are ignored, the last of a repeated name wins, names are
// case-sensitive. How much of it is read is framing.hpp's.
#pragma once

#include "system/address.hpp"
#include "system/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace protocol {

// The attributes that Postfix sends, and one of ours, have numbers, so that what repeats can be told; others have none.
constexpr std::size_t attribute_count = 34;
std::optional<std::size_t> attribute_number(std::string_view name);

// How long a value may be: a host's name has 255 bytes (RFC 1035, 2.3.4), and no path, and no command line of
// SMTP, more than 512 (RFC 5321, 4.5.3.1).
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_value = 512;
std::size_t longest_value_of(std::size_t number);

// The fields that anything here is decided by. Views into the block that was read; empty where the MTA sent
// nothing.
struct Request {
    std::string_view block;                     // the whole request, for asking others
    std::optional<sys::Address> client_address; // none: Postfix's `unknown`, the peer is gone
    std::string_view client_name = "unknown";   // verified by the MTA
    std::string_view reverse_client_name;       // not verified
    std::string_view helo_name;
    std::string_view sender; // empty: the null sender
    std::string_view recipient;
    std::string_view protocol_state = "RCPT";
    std::string_view queue_id;
    std::string_view instance;
    std::string_view sasl_username;
    std::string_view server_address;
    std::string_view policy_context; // the administrator's own word
    std::string_view spf_result;     // ours, not Postfix's: pass, fail, softfail, ... (RFC 8601, 2.7.2)
    std::optional<std::string_view> etrn_domain;      // Postfix from 2.3 on always sends it, mostly empty
    std::optional<std::string_view> policy_test_time; // of postgrey's tools and of log replays
    // An attribute that came with two values, of which one is not the mail server's; empty: none did.
    std::string_view contradiction;
};

// Whether it is about mail that one of ours sends: who has logged in, or of whom the mail server says so
// (policy_context=outgoing).
bool is_outgoing(const Request& request);

// Why a request cannot be judged; follows "malformed request: ".
struct Malformed {
    std::string reason;
};

// `block` must outlive the request.
std::variant<Request, Malformed> parse_request(std::string_view block);

// The time that `--clock request` goes by: whole seconds since 1970; none where the request has no usable
// one.
std::optional<sys::Time> test_time(const Request& request);

// What stands in `--base64 BLOB` (RFC 4648, 4); none where it is not base64.
std::optional<std::string> from_base64(std::string_view blob);

} // namespace protocol
