// The compiled file as a file: a CDB, its index, and its values. The index is the last record, and was the first
// one in files of earlier versions.
//
//   key    `greyonce rules 1`             key    `client .example.org`
//   value  `CHECK SHAPE… [WINDOW]`        value  `CHECK SOURCE [/EXPRESSION/…] VERDICT`
//
//   b0a1d2f3 whitelist_clients:12 pass
//
// WINDOW is `retry-window/SECONDS`, the longest one that an entry has: what clears the greylist away keeps
// waiting records that long. CHECK is cdb_hash() of what follows it, in eight hexadecimal digits: it changes
// with every change of one byte. Expressions stand in the order of the fields that have one. Any byte of the
// file may be wrong.
#pragma once

#include "rules/cdb_search.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rules {

inline constexpr std::string_view index_key = "greyonce rules 1";

inline constexpr std::string_view window_word = "retry-window/";

// CHECK in its digits.
using Check = std::array<char, 8>;

// `rest` with its check before it.
std::string with_check(std::string_view rest);
// The same in place: `value` has room for the check and a blank before what is checked.
void put_check(std::string& value);

class Compiled {
  public:
    // Throws sys::Trouble: cannot be opened or read, not ours, damaged.
    explicit Compiled(const std::string& path) : Compiled(path, CdbSearch::opened(path)) {}
    // Of what CdbSearch::opened() gave for `path`.
    Compiled(std::string path, sys::Descriptor file);

    // The shapes of the keys, in their order (order.hpp).
    [[nodiscard]] std::string_view index() const { return index_; }

    // Many searches are expected.
    void stay() { cdb_.stay(); }

    using Record = CdbSearch::Record; // its value without its check

    // Calls `use` with each record under `key`, in the order of writing, until it answers true.
    // Throws sys::Trouble where the file is damaged there.
    void find(std::string_view key, const std::function<bool(const Record&)>& use) const;

    // Throws sys::Trouble unless what a search for `key` did not find is not there.
    void prove(std::string_view key) const;

    // Calls `use` with each record but the index, in the order of writing. The file is mapped: one that is
    // cut meanwhile raises SIGBUS.
    void each(const std::function<void(const Record&)>& use) const;

    [[nodiscard]] int descriptor() const { return cdb_.descriptor(); }

    [[noreturn]] void damaged(std::string_view where) const { cdb_.damaged(where); }

  private:
    CdbSearch cdb_;
    std::string index_;

    [[nodiscard]] Record checked(const Record& record) const;
};

} // namespace rules
