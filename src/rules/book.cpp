#include "rules/book.hpp"

#include "rules/compiled.hpp"
#include "rules/lines.hpp"
#include "rules/verdict_text.hpp"
#include "system/trouble.hpp"

#include <cdb.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <memory>

namespace rules {

namespace {

constexpr std::size_t block_size = 1U << 20U;

std::uint32_t size_of(std::string_view text) {
    return static_cast<std::uint32_t>(text.size());
}

} // namespace

const char* Book::keep(std::string_view text) {
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < text.size()) {
        blocks_.emplace_back().reserve(std::max(block_size, text.size()));
    }
    std::string& block = blocks_.back();
    block.append(text);
    return block.data() + block.size() - text.size();
}

std::string_view Book::patterns(std::uint32_t line) const {
    return {lines_[line].start, std::size_t{lines_[line].key} + lines_[line].expressions};
}

void Book::take_repeats(const Heap& heap, std::vector<Repeat>& repeats) {
    std::vector<const Mark*> table(std::bit_ceil(2 * heap.size() + 1)); // by hash, half full at most
    for (const Mark& mark : heap) {
        std::size_t i = mark.hash % table.size();
        while (table[i] != nullptr &&
               (table[i]->hash != mark.hash || patterns(table[i]->line) != patterns(mark.line))) {
            i = (i + 1) % table.size();
        }
        if (table[i] == nullptr) {
            table[i] = &mark;
            continue;
        }
        const auto source = [](const Line& line) {
            return std::string{line.start + line.key + line.expressions, line.source};
        };
        Line& line = lines_[mark.line];
        const std::string text =
            entry_text({line.start, line.key}, {line.start + line.key, line.expressions});
        repeats.push_back({std::string{trimmed(text)}, source(line), source(lines_[table[i]->line])});
        line.start = nullptr;
    }
}

std::vector<Book::Repeat> Book::take_repeats() {
    std::vector<Repeat> repeats;
    for (Heap& heap : heaps_) {
        take_repeats(heap, repeats);
        Heap{}.swap(heap);
    }
    return repeats;
}

void Book::add_shape(const Shape& shape) {
    const Form& form = shape.forms[0];
    Shape& lately = lately_[(form.number + 37U * static_cast<unsigned>(form.kind)) % lately_.size()];
    if (lately == shape && shape.size > 0) {
        return;
    }
    lately = shape;
    const auto place = std::lower_bound(shapes_.begin(), shapes_.end(), shape, comes_before);
    if (place == shapes_.end() || !(*place == shape)) {
        shapes_.insert(place, shape);
    }
}

void Book::add(const Entry& entry, std::string_view source) {
    text_.clear();
    append_key(text_, entry);
    Line line;
    line.key = size_of(text_);
    append_expressions(text_, entry);
    line.expressions = size_of(text_) - line.key;
    line.source = size_of(source);
    line.verdict = size_of(entry.verdict);
    const std::size_t hash = std::hash<std::string_view>{}(text_);
    heaps_[hash >> 56U].push_back(
        {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(lines_.size())});
    line.start = keep(text_.append(source).append(entry.verdict));
    lines_.push_back(line);
    add_shape(shape_of(entry));
}

sys::Seconds Book::longest_window() const {
    sys::Seconds longest{0};
    for (const Line& line : lines_) {
        if (line.start == nullptr) {
            continue;
        }
        const std::string_view verdict{line.start + line.key + line.expressions + line.source, line.verdict};
        if (verdict.find(" retry-window=") != std::string_view::npos) {
            longest = std::max(longest, verdict_from(verdict).retry_window.value_or(longest));
        }
    }
    return longest;
}

std::string Book::index() const {
    std::string text;
    for (const Shape& shape : shapes_) {
        text.append(text.empty() ? "" : " ").append(text_of(shape));
    }
    if (const auto window = longest_window(); window.count() > 0) {
        text.append(" ").append(window_word).append(std::to_string(window.count()));
    }
    return with_check(text);
}

std::uint64_t Book::file_size() const {
    constexpr std::uint64_t contents = 2048;
    constexpr std::uint64_t around_record = 8 + 2 * 8; // its two lengths, its two slots
    constexpr std::uint64_t around_value = 8 + 1 + 1;  // the check, and a blank after it and after the source
    std::uint64_t size = contents + around_record + index_key.size() + index().size();
    for (const Line& line : lines_) {
        if (line.start == nullptr) {
            continue;
        }
        size += around_record + around_value;
        size += std::uint64_t{line.key} + line.expressions + line.source + line.verdict;
    }
    return size;
}

void Book::write(int descriptor, const std::string& path) const {
    if (file_size() > std::numeric_limits<std::uint32_t>::max()) {
        throw sys::Trouble{"write", path, "more than the 4 GiB that a CDB can hold"};
    }
    const auto make = std::make_unique<cdb_make>();
    cdb_make_start(make.get(), descriptor);
    const auto put = [&](std::string_view key, std::string_view value) {
        if (cdb_make_add(make.get(), key.data(), size_of(key), value.data(), size_of(value)) != 0) {
            throw sys::Trouble{"write", path, errno};
        }
    };
    put(index_key, index());
    std::string value;
    for (const Line& line : lines_) {
        if (line.start == nullptr) {
            continue;
        }
        const char* const expressions = line.start + line.key;
        const char* const source = expressions + line.expressions;
        value.assign(check_room)
            .append(source, line.source)
            .append(" ")
            .append(expressions, line.expressions);
        value.append(source + line.source, line.verdict);
        fill_in_check(value);
        put({line.start, line.key}, value);
    }
    if (cdb_make_finish(make.get()) != 0) {
        throw sys::Trouble{"write", path, errno};
    }
}

} // namespace rules
