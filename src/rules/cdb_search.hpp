// A CDB (cr.yp.to/cdb/cdb.txt) that is searched where it lies, by a pread() for the slots of a key and one
// for each record that may be its own; a short file is read at once. Measured beside tinycdb's own functions,
// five keys in a process of their own: of a million entries cdb_find(), which maps the file, takes 7 page faults
// and a twelfth of the time more, and a file cut while it is mapped raises SIGBUS; cdb_seek() takes 56 system
// calls in place of 24, and of two entries 33 in place of 18. Neither can tell whether a key is not there or only
// its slot is damaged (is_sound()), and cdb_seek() knows only the first of several records under a key.
//
// Any byte may be wrong: what leads behind the end, or to a record larger than any is, is damage.
#pragma once

#include "system/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class CdbSearch {
  public:
    // Throws sys::Trouble, as all of its functions do: cannot be opened or read, too short to be a CDB.
    explicit CdbSearch(const std::string& path);
    // Of what opened() gave for `path`.
    CdbSearch(std::string path, sys::Descriptor file);
    // Where it cannot be opened, errno says why.
    static sys::Descriptor opened(const std::string& path);

    struct Record {
        std::uint32_t place = 0; // where it stands in the file: the order of writing
        std::string_view key;    // both until the next call
        std::string_view value;
    };

    // Calls `use` with each record under `key`, in the order of writing, until it answers true.
    void find(std::string_view key, const std::function<bool(const Record&)>& use) const;

    // Many searches are expected: what was read of the tables of slots is kept, up to 256 KiB of it.
    void stay();

    // True where every slot on the key's way is intact, so that "not found" can be trusted: a damaged slot or
    // key is taken for another one's.
    [[nodiscard]] bool is_sound(std::string_view key) const;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int descriptor() const { return file_.number(); }

    [[noreturn]] void damaged(std::string_view where) const;

  private:
    // A piece of the file that was read.
    class Window {
      public:
        // The bytes at `position`, until the next call: fewer than `size` at the end of the file. Where they
        // are not in it, `at_once` bytes are read.
        std::string_view bytes(const CdbSearch& cdb, std::uint64_t position, std::size_t size,
                               std::size_t at_once);

      private:
        std::string buffer_;
        std::uint64_t start_ = 0;
    };

    // A table of slots: those of all keys with the same last byte of their hash.
    struct Table {
        std::uint32_t position = 0;
        std::uint32_t slots = 0;
        [[nodiscard]] std::uint64_t end() const;
    };
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t place = 0; // of its record; 0: no more
    };

    std::string path_;
    sys::Descriptor file_;
    std::string start_; // of the file: the list of its tables, and what stands behind it
    mutable std::vector<Window> slots_ = std::vector<Window>(1); // by where they begin
    mutable Window records_;

    [[nodiscard]] Table table(unsigned number) const;
    // In the order of a search for `key`, until `use` answers true or the slot had no record.
    template <typename Use>
    void each_slot(std::uint32_t hash, std::string_view key, Use use) const;
    // None where no record can be read there.
    [[nodiscard]] std::optional<Record> record_at(std::uint32_t place) const;
    [[nodiscard]] std::uint64_t size() const;
};

} // namespace rules
