// From the sources to the compiled file: every reader of a format hands its entries, and what is wrong with
// the lines, to a compiler.
#pragma once

#include "rules/book.hpp"
#include "rules/complaints.hpp"
#include "rules/entry.hpp"
#include "system/replace_file.hpp"

#include <optional>
#include <string>

namespace rules {

class Compiler {
  public:
    // `largest`: the most bytes that the compiled file may have.
    explicit Compiler(std::uint64_t largest = CdbMaker::largest_file) : book_(largest) {}

    // What is added goes at once to where write() will have it, in place of memory. Where that cannot be done
    // write() will say so.
    void write_early(const std::string& path);

    // `written`: where the entry was first written, if that is not `source`.
    void add(const Entry& entry, const Source& source,
             const std::optional<std::string>& written = std::nullopt);

    // To be called after all sources, before write(): an entry of the same patterns as an earlier one is left
    // out, with a warning. Throws sys::Trouble, as add() does: more entries than a CDB can hold.
    void finish();

    [[nodiscard]] Complaints& complaints() { return complaints_; }
    [[nodiscard]] Book& book() { return book_; }

    // Replaces `path` (replace_file.hpp) by the compiled file. Throws sys::Trouble.
    void write(const std::string& path);

  private:
    Complaints complaints_;
    std::optional<sys::Replacement> replacement_;
    Book book_;

    // FILE:LINE of the latest entry. Thousands in a row have the same file.
    std::string file_;
    std::size_t file_size_ = 0; // of FILE: in it
    std::string source_text_;

    void write_source(const Source& source);

    void check(const Pattern& pattern, const Source& source);
    void check_whether_all_match(const Entry& entry, const Source& source);
};

} // namespace rules
