// From the sources to the compiled file: every reader of a format hands its entries, and what is wrong with
// the lines, to a compiler.
#pragma once

#include "rules/book.hpp"
#include "rules/complaints.hpp"
#include "rules/entry.hpp"
#include "system/replace_file.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace rules {

class Compiler {
  public:
    // `largest`: the most bytes that the compiled file may have.
    explicit Compiler(std::uint64_t largest = Book::largest_file) : book_(largest) {}

    // One of these is to be called before all others: what is added goes to a file that commit() puts in place of
    // `path` (replace_file.hpp), or to one without a name. They throw sys::Trouble, as all of these do.
    void write_to(const std::string& path);
    void only_check();

    // `written`: where the entry was first written, if that is not `source`.
    void add(const Entry& entry, const Source& source,
             const std::optional<std::string>& written = std::nullopt);

    // To be called after all sources: an entry of the same patterns as an earlier one is left out, with a
    // warning.
    void finish();
    // Then puts the file in place.
    void commit();

    [[nodiscard]] Complaints& complaints() { return complaints_; }
    [[nodiscard]] Book& book() { return book_; }

  private:
    Complaints complaints_;
    std::optional<sys::Replacement> replacement_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> scrap_{nullptr, std::fclose};
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
