// One page of the state file: 4096 bytes of text lines, checked in blocks of 512. Pure.
//
//     page 300 17/011 512 0            8c1f00d2 00000000 … 51aa90c4\n    its first line, head_size bytes
//     T 1700000000 1700000301 000001 192.0.2.0 alice@example.net bob@example.org\n
//     …                                                                  records, one a line (record.hpp)
//     \n\n\n…                                                            padding
//
// The first line: the page's number; its place (place.hpp), which names its parent; the numbers of its two
// children, 0 for none; blanks; then, each in eight hexadecimal digits, the sum (check_sum.hpp) of what
// follows the first line in the first block, of the seven other blocks, of all that follows the first line,
// and of the first line up to here.
//
// A disk writes 512 bytes or more at once, so a torn page has whole blocks, some old and some new; a sum
// for each block tells which lines of a damaged page can be believed.
#pragma once

#include "store/file/place.hpp"

#include "system/lines.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace store {

constexpr std::size_t page_size = 4096;
constexpr std::size_t head_size = 160;
// The longest line that a page can hold, with its newline.
constexpr std::size_t room_for_lines = page_size - head_size;

using PageNumber = std::uint32_t;
constexpr PageNumber last_page_number = 99'999'999;

struct Head {
    PageNumber number = 0;
    Place place;
    std::array<PageNumber, 2> children{};
};

// The last sums of a first line: of all that follows it, and of itself. They change with every other byte.
constexpr std::size_t mark_start = 142;
constexpr std::size_t mark_size = 17;
using Mark = std::array<char, mark_size>;

// What a page's first line says; none where a byte of it is wrong. `bytes`: head_size of them, or more.
std::optional<Head> head_in(std::string_view bytes);

class Page {
  public:
    using Bytes = std::array<char, page_size>;
    // Memory of that size, with anything in it. What was given back last is used again: a fresh page of memory is a page
    // fault of some 4 µs. For one thread.
    struct GiveBack {
        void operator()(Bytes* bytes) const noexcept;
    };
    using Buffer = std::unique_ptr<Bytes, GiveBack>;
    static Buffer buffer();

    // An empty page.
    explicit Page(const Head& first_line) : head(first_line), changed_{.from = 0, .to = page_size} {
        std::fill_n(bytes_->data(), head_size, ' ');
        std::fill(bytes_->begin() + head_size - 1, bytes_->end(), '\n');
    }
    ~Page() = default;
    Page(Page&& other) noexcept = default;
    Page& operator=(Page&& other) noexcept = default;
    Page(const Page& other) : head(other.head), used_(other.used_), changed_(other.changed_) {
        *bytes_ = *other.bytes_;
    }
    Page& operator=(const Page& other) = delete;
    // The page that `fill` puts into the buffer it is given, or none where it says that it could not, or a
    // byte is wrong. It reads straight into the page.
    template <typename Fill>
    static std::optional<Page> read(Fill fill);
    static std::optional<Page> read(const Bytes& bytes);
    static bool is_line_of(const Key& key, std::string_view line);
    // The line that begins `at` in a page as it was read, if it has this key and is whole, with its blocks as they were written;
    // otherwise empty.
    static std::string_view line_at(std::size_t at, const Key& key, const Bytes& bytes);
    // The lines of a damaged page that are whole: those in blocks that are as they were written.
    static std::string whole_lines(const Bytes& bytes);

    Head head;

    // All lines, each with its newline. Views of them hold until the next change.
    [[nodiscard]] std::string_view lines() const { return {bytes_->data() + head_size, used_}; }
    // Where one of lines() begins: bytes from the beginning of the page.
    [[nodiscard]] std::size_t place_of(std::string_view line) const {
        return static_cast<std::size_t>(line.data() - bytes_->data());
    }
    // The line that ends with this key; empty where there is none.
    [[nodiscard]] std::string_view line_with(const Key& key) const;
    [[nodiscard]] std::size_t room() const { return room_for_lines - used_; }
    // As it was read, or last made by bytes().
    [[nodiscard]] Mark mark() const;

    // `line` has no newline; there must be room for it and one.
    void append(std::string_view line);
    // `old_line` is one of lines(); a line of another length may need room.
    void replace(std::string_view old_line, std::string_view line);
    void erase(std::string_view old_line);
    // Erases the lines for which `may_go` says so; how many.
    template <typename MayGo>
    std::size_t erase_if(MayGo may_go);

    // As it is to be written, with first line, sums and padding.
    const Bytes& bytes();

  private:
    // With anything in it.
    Page() = default;
    // Takes over what stands in the buffer; false where a byte is wrong.
    bool accept();

    void has_changed(std::size_t from, std::size_t to);

    // Its first line is made by bytes(). Apart from the page, so that going from hand to hand costs no copy.
    Buffer bytes_ = buffer();
    std::size_t used_ = 0;
    // Where it has changed since it was read or written: bytes from the beginning. What stands before and behind that is as
    // the sums in the first line say.
    struct Range {
        std::size_t from = page_size;
        std::size_t to = 0;
    };
    Range changed_;
};

template <typename Fill>
std::optional<Page> Page::read(Fill fill) {
    std::optional<Page> page{Page{}};
    if (!fill(*page->bytes_) || !page->accept()) {
        page.reset();
    }
    return page;
}

template <typename MayGo>
std::size_t Page::erase_if(MayGo may_go) {
    std::size_t erased = 0;
    std::size_t at = 0;
    while (at < used_) {
        std::string_view rest = lines().substr(at);
        const std::string_view line = sys::take_until(rest, '\n');
        if (may_go(line)) {
            erase(line);
            ++erased;
        } else {
            at += line.size() + 1;
        }
    }
    return erased;
}

} // namespace store
