#include "store/file/page.hpp"

#include "store/file/check_sum.hpp"
#include "system/lines.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <utility>

namespace store {

namespace {

constexpr std::size_t block_size = 512;
constexpr std::size_t blocks = page_size / block_size;

// The first line ends with a sum for each block, one for all of them, and one for itself, each of eight
// digits and a blank or newline.
constexpr std::size_t sum_width = 9;
constexpr std::size_t sums_start = head_size - (blocks + 2) * sum_width;
constexpr std::size_t whole_sum_start = head_size - 2 * sum_width;
constexpr std::size_t own_sum_start = head_size - sum_width;

static_assert(mark_start == whole_sum_start && mark_start + mark_size == head_size - 1);

bool has_sum(std::string_view bytes, std::size_t at, std::string_view covered) {
    const auto sum = check_sum(covered);
    return bytes.substr(at, sum.size()) == std::string_view{sum.data(), sum.size()};
}

std::size_t block_start(std::size_t block) {
    return block == 0 ? head_size : block * block_size;
}

std::string_view block_of(std::string_view page, std::size_t block) {
    return page.substr(block_start(block), (block + 1) * block_size - block_start(block));
}

void put_sum(Page::Bytes& bytes, std::size_t at, std::string_view covered) {
    const auto sum = check_sum(covered);
    std::copy(sum.begin(), sum.end(), bytes.data() + at);
}

bool is_whole(std::string_view page, std::size_t block) {
    return has_sum(page, sums_start + block * sum_width, block_of(page, block));
}

// Of a line of the length that the key's has.
bool ends_with_key(const Key& key, std::string_view line) {
    return line.front() == static_cast<char>(key.kind) && line.ends_with(key.text);
}

std::string_view view(const Page::Bytes& bytes) {
    return {bytes.data(), bytes.size()};
}

std::optional<PageNumber> page_number(std::string_view word) {
    PageNumber number = 0;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), number);
    if (end.ec != std::errc{} || end.ptr != word.data() + word.size() || number > last_page_number) {
        return std::nullopt;
    }
    return number;
}

std::string first_words(const Head& head) {
    return "page " + std::to_string(head.number) + ' ' + head.place.text() + ' ' +
           std::to_string(head.children[0]) + ' ' + std::to_string(head.children[1]) + ' ';
}

// Where the lines end and the padding begins, which looks like empty lines; none where the last line has no
// end. No line is empty, so that a dozen looks find it.
std::optional<std::size_t> end_of_lines(std::string_view lines) {
    if (lines.back() != '\n') {
        return std::nullopt;
    }
    const auto is_in_a_line = [&](const char& c) {
        return c != '\n' || (&c != lines.data() && *(&c - 1) != '\n');
    };
    const auto* const end = std::partition_point(lines.begin(), lines.end(), is_in_a_line);
    return static_cast<std::size_t>(end - lines.begin());
}

std::unique_ptr<Page::Bytes> spare; // what was given back last

} // namespace

void Page::GiveBack::operator()(Bytes* bytes) const noexcept {
    spare.reset(bytes);
}

Page::Buffer Page::buffer() {
    return Buffer{(spare ? std::move(spare) : std::make_unique_for_overwrite<Bytes>()).release()};
}

std::optional<Head> head_in(std::string_view bytes) {
    if (bytes.size() < head_size || bytes[head_size - 1] != '\n' ||
        !has_sum(bytes, own_sum_start, bytes.substr(0, own_sum_start))) {
        return std::nullopt;
    }
    std::string_view rest = bytes.substr(0, sums_start);
    const std::string_view word = sys::take_until(rest, ' ');
    const auto number = page_number(sys::take_until(rest, ' '));
    const auto place = Place::parse(sys::take_until(rest, ' '));
    const auto left = page_number(sys::take_until(rest, ' '));
    const auto right = page_number(sys::take_until(rest, ' '));
    if (word != "page" || !number || !place || !left || !right) {
        return std::nullopt;
    }
    return Head{*number, *place, {*left, *right}};
}

std::optional<Page> Page::read(const Bytes& bytes) {
    return read([&](Bytes& buffer) {
        buffer = bytes;
        return true;
    });
}

bool Page::accept() {
    const std::string_view text = view(*bytes_);
    const auto first_line = head_in(text);
    if (!first_line) {
        return false;
    }
    // One sum over all of it takes a third of what the eight take.
    if (!has_sum(text, whole_sum_start, text.substr(head_size))) {
        return false;
    }
    const auto used = end_of_lines(text.substr(head_size));
    head = *first_line;
    used_ = used.value_or(0);
    changed_ = {};
    return used.has_value();
}

bool Page::is_line_of(const Key& key, std::string_view line) {
    return line.size() == greylist::line_size(key) && ends_with_key(key, line);
}

std::string_view Page::line_at(std::size_t at, const Key& key, const Bytes& bytes) {
    const std::string_view text = view(bytes);
    const std::size_t size = greylist::line_size(key);
    if (at < head_size || at + size >= text.size()) {
        return {};
    }
    const std::string_view line = text.substr(at, size);
    bool is_it = text[at - 1] == '\n' && ends_with_key(key, line) && text[at + size] == '\n';
    for (std::size_t block = at / block_size; is_it && block <= (at + size) / block_size; ++block) {
        is_it = is_whole(text, block);
    }
    return is_it ? line : std::string_view{};
}

std::string Page::whole_lines(const Bytes& bytes) {
    const std::string_view text = view(bytes);
    std::string result;
    std::size_t start = head_size; // of the line being looked at
    bool is_believed = true;       // no byte of it so far lies in a damaged block
    for (std::size_t block = 0; block < blocks; ++block) {
        const bool whole = is_whole(text, block);
        is_believed = is_believed && whole;
        for (std::size_t at = block_start(block); at < (block + 1) * block_size; ++at) {
            if (text[at] != '\n') {
                continue;
            }
            if (is_believed && at > start) {
                result.append(text, start, at + 1 - start);
            }
            start = at + 1;
            is_believed = whole; // the newline before a line is part of it
        }
    }
    return result;
}

Mark Page::mark() const {
    Mark mark{};
    std::copy_n(bytes_->data() + mark_start, mark.size(), mark.data());
    return mark;
}

std::string_view Page::line_with(const Key& key) const {
    const std::size_t size = greylist::line_size(key);
    for (std::string_view rest = lines(); !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        if (line.size() == size && ends_with_key(key, line)) {
            return line;
        }
    }
    return {};
}

void Page::has_changed(std::size_t from, std::size_t to) {
    changed_.from = std::min(changed_.from, from);
    changed_.to = std::max(changed_.to, to);
}

void Page::append(std::string_view line) {
    assert(line.size() < room());
    const std::size_t at = head_size + used_;
    has_changed(at, at + line.size() + 1);
    std::memcpy(bytes_->data() + at, line.data(), line.size());
    (*bytes_)[at + line.size()] = '\n';
    used_ += line.size() + 1;
}

void Page::replace(std::string_view old_line, std::string_view line) {
    if (old_line.size() != line.size()) {
        erase(old_line);
        append(line);
        return;
    }
    has_changed(place_of(old_line), place_of(old_line) + line.size());
    std::memcpy(bytes_->data() + place_of(old_line), line.data(), line.size());
}

void Page::erase(std::string_view old_line) {
    const std::size_t freed = old_line.size() + 1;
    const std::size_t end = head_size + used_;
    has_changed(place_of(old_line), end);
    char* const start = bytes_->data() + place_of(old_line);
    const char* const after = start + freed;
    std::memmove(start, after, static_cast<std::size_t>(bytes_->data() + end - after));
    std::fill_n(bytes_->data() + end - freed, freed, '\n');
    used_ -= freed;
}

const Page::Bytes& Page::bytes() {
    const std::string words = first_words(head);
    assert(words.size() <= sums_start);
    std::fill_n(bytes_->data(), sums_start, ' ');
    std::memcpy(bytes_->data(), words.data(), words.size());
    if (changed_.from < changed_.to) {
        const std::string_view text = view(*bytes_);
        for (std::size_t block = changed_.from / block_size; block * block_size < changed_.to; ++block) {
            put_sum(*bytes_, sums_start + block * sum_width, block_of(text, block));
        }
        put_sum(*bytes_, whole_sum_start, text.substr(head_size));
        changed_ = {};
    }
    put_sum(*bytes_, own_sum_start, view(*bytes_).substr(0, own_sum_start));
    return *bytes_;
}

} // namespace store
