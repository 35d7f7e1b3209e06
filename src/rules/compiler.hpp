// From the sources to the compiled file: every reader of a format hands its entries, and what is wrong with
// the lines, to a compiler.
#pragma once

#include "rules/book.hpp"
#include "rules/complaints.hpp"
#include "rules/entry.hpp"

#include <string>

namespace rules {

class Compiler {
  public:
    // An entry that says the same of the same mail as an earlier one is left out, with a warning.
    void add(const Entry& entry, const Source& source);

    [[nodiscard]] Complaints& complaints() { return complaints_; }
    [[nodiscard]] const Book& book() const { return book_; }

    // Replaces `path` (replace_file.hpp) by the compiled file. Throws sys::Trouble.
    void write(const std::string& path) const;

  private:
    Complaints complaints_;
    Book book_;
};

} // namespace rules
