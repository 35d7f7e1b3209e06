// The compiled file as a file: a CDB (tinycdb's), its index and its values.
//
//   key    `greyonce rules 1`             key    `client .example.org`
//   value  `CHECK SHAPE… [WINDOW]`        value  `CHECK SOURCE [/EXPRESSION/…] VERDICT`
//
//   b0a1d2f3 whitelist_clients:12 pass
//
// WINDOW is `retry-window/SECONDS`, the longest one that an entry has: whoever clears the greylist away keeps
// waiting records that long. CHECK is cdb_hash() of what follows it, in eight hexadecimal digits: it changes
// with every change of one byte. Expressions stand in the order of the fields that have one. Any byte of the
// file may be wrong: tinycdb keeps its reads inside the mapping, everything else is checked here. A file that
// is cut while it is mapped raises SIGBUS.
#pragma once

#include "system/descriptor.hpp"

#include <cdb.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rules {

inline constexpr std::string_view index_key = "greyonce rules 1";

inline constexpr std::string_view window_word = "retry-window/";

// CHECK in its digits, of cdb_hash() of what is checked.
using Check = std::array<char, 8>;
Check check_of(std::uint32_t hash);

// `rest` with its check before it.
std::string with_check(std::string_view rest);

class Compiled {
  public:
    // Throws sys::Trouble: cannot be opened or mapped, not ours, damaged.
    explicit Compiled(std::string path);
    ~Compiled();
    Compiled(Compiled&&) = delete;

    // The shapes of the keys, in their order (order.hpp).
    [[nodiscard]] std::string_view index() const { return index_; }

    struct Record {
        unsigned place = 0; // where it stands in the file: the order of writing
        std::string_view key;
        std::string_view value; // without its check
    };

    // Calls `use` with each record under `key`, in the order of writing, until it answers true.
    // Throws sys::Trouble where the file is damaged there.
    void find(std::string_view key, const std::function<bool(const Record&)>& use) const;

    // Throws sys::Trouble unless a search for `key` passes only what belongs there, so that what it did not
    // find is not there: cdb_find() takes a damaged slot or key for another one's.
    void prove(std::string_view key) const;

    // Calls `use` with each record but the index, in the order of writing.
    void each(const std::function<void(const Record&)>& use) const;

    [[noreturn]] void damaged(std::string_view where) const;

  private:
    std::string path_;
    sys::Descriptor file_;
    mutable cdb cdb_{};
    std::string_view index_;

    [[nodiscard]] Record found() const;
    [[nodiscard]] std::string_view bytes(unsigned position, unsigned size, std::string_view key) const;
    [[nodiscard]] unsigned number(unsigned position, std::string_view key) const;
};

} // namespace rules
