// The compiled rules (greyonce-rules(5)): one CDB, open for reading.
#pragma once

#include "rules/verdict.hpp"
#include "system/address.hpp"
#include "system/identity.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

// What a mail is judged by. Texts as the MTA sent them; empty where it sent none.
struct Subject {
    std::optional<sys::Address> client_address;
    std::string_view client_name;         // verified; `unknown` where there is none
    std::string_view reverse_client_name; // not verified
    std::string_view helo_name;
    std::string_view sender;
    std::string_view recipient;
    std::string_view sasl_username;
    std::string_view server_address;
};

struct Match {
    Verdict verdict;
    std::string reason; // for the log: "client whitelist", "recipient whitelist", "rule"
    std::string source; // FILE:LINE of the entry
    std::string entry;  // the entry as the rules file has it
};

// The keys that a match looked for, in their order.
using Tried = std::vector<std::string>;

class Table {
  public:
    // Throws sys::Trouble: cannot be opened (its error() is ENOENT where it is missing), not ours, damaged.
    explicit Table(const std::string& path);
    // None where there is no such file, which costs no exception.
    static std::optional<Table> if_there(const std::string& path);
    ~Table();
    Table(Table&& other) noexcept;

    // Many matches are expected: what was read is kept, up to 256 KiB of it.
    void stay();

    // The entry that decides, if any. Throws sys::Trouble where the table is damaged.
    std::optional<Match> match(const Subject& subject, Tried* tried = nullptr) const;

    // The longest retry window that an entry has; 0 where none has one of its own.
    [[nodiscard]] sys::Seconds longest_retry_window() const;

    // Of the file that was opened.
    [[nodiscard]] sys::Identity identity() const;

    // What went wrong on the way without stopping it (a pattern over its match limit), for the log.
    [[nodiscard]] std::vector<std::string> remarks() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;

    explicit Table(std::unique_ptr<Parts> parts);
};

} // namespace rules
