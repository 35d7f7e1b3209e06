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

std::size_t Book::Patterns::operator()(std::uint32_t index) const {
    const Line& line = (*lines)[index];
    return std::hash<std::string_view>{}({line.start, std::size_t{line.key} + line.expressions});
}

bool Book::Patterns::operator()(std::uint32_t a, std::uint32_t b) const {
    const Line& x = (*lines)[a];
    const Line& y = (*lines)[b];
    return x.key == y.key && std::string_view{x.start, std::size_t{x.key} + x.expressions} ==
                                 std::string_view{y.start, std::size_t{y.key} + y.expressions};
}

Book::Book() : known_(0, Patterns{&lines_}, Patterns{&lines_}) {}

const char* Book::keep(std::string_view text) {
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < text.size()) {
        blocks_.emplace_back().reserve(std::max(block_size, text.size()));
    }
    std::string& block = blocks_.back();
    block.append(text);
    return block.data() + block.size() - text.size();
}

std::optional<std::string> Book::add(const Entry& entry, const std::string& source) {
    const std::string key = key_of(entry);
    const std::string expressions = expressions_of(entry);
    lines_.push_back({keep(key + expressions + source + entry.verdict), size_of(key), size_of(expressions),
                      size_of(source), size_of(entry.verdict)});
    const auto [known, is_new] = known_.insert(static_cast<std::uint32_t>(lines_.size() - 1));
    if (!is_new) {
        lines_.pop_back();
        const Line& earlier = lines_[*known];
        return std::string{earlier.start + earlier.key + earlier.expressions, earlier.source};
    }
    const Shape shape = shape_of(entry);
    const auto place = std::lower_bound(shapes_.begin(), shapes_.end(), shape, comes_before);
    if (place == shapes_.end() || !(*place == shape)) {
        shapes_.insert(place, shape);
    }
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
