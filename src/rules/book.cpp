#include "rules/book.hpp"

#include "rules/compiled.hpp"
#include "system/trouble.hpp"

#include <cdb.h>

#include <algorithm>
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

// The slot of these patterns, or the free one where they belong.
Book::Slot& Book::slot_of(std::uint32_t hash, std::string_view patterns) {
    const std::size_t mask = known_.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        Slot& slot = known_[i];
        if (slot.number == 0) {
            return slot;
        }
        if (slot.hash == hash) {
            const Line& line = lines_[slot.number - 1];
            if (patterns == std::string_view{line.start, std::size_t{line.key} + line.expressions}) {
                return slot;
            }
        }
    }
}

void Book::make_room() {
    if (lines_.size() * 2 < known_.size()) {
        return;
    }
    std::vector<Slot> before(known_.size() * 2);
    before.swap(known_);
    const std::size_t mask = known_.size() - 1;
    for (const Slot& slot : before) {
        std::size_t i = slot.hash & mask;
        while (slot.number != 0 && known_[i].number != 0) {
            i = (i + 1) & mask;
        }
        if (slot.number != 0) {
            known_[i] = slot;
        }
    }
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

std::optional<std::string> Book::add(const Entry& entry, std::string_view source) {
    Line line;
    text_.clear();
    append_key(text_, entry);
    line.key = size_of(text_);
    append_expressions(text_, entry);
    const std::size_t patterns = text_.size();
    line.expressions = static_cast<std::uint32_t>(patterns) - line.key;
    line.source = size_of(source);
    line.verdict = size_of(entry.verdict);

    make_room();
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text_));
    Slot& slot = slot_of(hash, text_);
    if (slot.number != 0) {
        const Line& earlier = lines_[slot.number - 1];
        return std::string{earlier.start + earlier.key + earlier.expressions, earlier.source};
    }
    line.start = keep(text_.append(source).append(entry.verdict));
    lines_.push_back(line);
    slot = {hash, static_cast<std::uint32_t>(lines_.size())};
    add_shape(shape_of(entry));
    return std::nullopt;
}

std::string Book::index() const {
    std::string text;
    for (const Shape& shape : shapes_) {
        text.append(text.empty() ? "" : " ").append(text_of(shape));
    }
    return with_check(text);
}

std::uint64_t Book::file_size() const {
    constexpr std::uint64_t contents = 2048;
    constexpr std::uint64_t around_record = 8 + 2 * 8; // its two lengths, its two slots
    constexpr std::uint64_t around_value = 8 + 1 + 1;  // the check, and a blank after it and after the source
    std::uint64_t size = contents + around_record + index_key.size() + index().size();
    for (const Line& line : lines_) {
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
    std::string rest;
    for (const Line& line : lines_) {
        const char* const expressions = line.start + line.key;
        const char* const source = expressions + line.expressions;
        rest.assign(source, line.source).append(" ").append(expressions, line.expressions);
        rest.append(source + line.source, line.verdict);
        put({line.start, line.key}, with_check(rest));
    }
    if (cdb_make_finish(make.get()) != 0) {
        throw sys::Trouble{"write", path, errno};
    }
}

} // namespace rules
