#include "rules/book.hpp"

#include "rules/compiled.hpp"
#include "rules/lines.hpp"
#include "rules/verdict_text.hpp"
#include "system/lines.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <functional>
#include <utility>

namespace rules {

namespace {

constexpr std::string_view window_parameter = " retry-window=";

constexpr std::uint64_t contents_size = 2048; // of the list of tables
constexpr std::uint64_t pair_size = 8;        // of two numbers: a record's sizes, a slot
constexpr std::uint64_t slots_of_record = 2;  // so that a table is half full
constexpr std::size_t size_of_batch = 262144; // bytes of entries whose records are made at once

unsigned size_of(std::string_view text) {
    return static_cast<unsigned>(text.size());
}

// The disk takes meanwhile what has been written, so that less is left for fsync(2).
void begin_to_sync([[maybe_unused]] int descriptor) {
#ifdef SYNC_FILE_RANGE_WRITE
    sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

// What was written, read back.
class Written {
  public:
    Written(int descriptor, const std::string& path) : path_(path) {
        if (cdb_init(&file_, descriptor) != 0) {
            throw sys::Trouble{"map", path, errno};
        }
    }
    Written(const Written&) = delete;
    Written& operator=(const Written&) = delete;
    ~Written() { cdb_free(&file_); }

    struct Record {
        std::string_view key;
        std::string_view value;
        std::string_view source;
        std::string_view expressions; // with a blank after each
        std::string_view verdict;
        [[nodiscard]] std::uint64_t size() const { return pair_size + key.size() + value.size(); }
    };
    [[nodiscard]] Record at(std::uint32_t position) const {
        const auto* const sizes = reinterpret_cast<const unsigned char*>(
            bytes(pair_size, position).data()); // NOLINT: what cdb_unpack() takes
        const unsigned key = cdb_unpack(sizes);
        const unsigned value = cdb_unpack(sizes + pair_size / 2);
        const std::string_view record = bytes(key + value, position + pair_size);
        Record parts{record.substr(0, key), record.substr(key), {}, {}, {}};
        std::string_view rest = parts.value.substr(Check{}.size() + 1);
        parts.source = sys::take_until(rest, ' ');
        parts.verdict = rest;
        while (parts.verdict.starts_with('/')) {
            sys::take_until(parts.verdict, ' ');
        }
        parts.expressions = rest.substr(0, rest.size() - parts.verdict.size());
        return parts;
    }

  private:
    cdb file_{};
    const std::string& path_;

    [[nodiscard]] std::string_view bytes(unsigned size, unsigned position) const {
        const void* const bytes = cdb_get(&file_, size, position);
        if (bytes == nullptr) {
            throw sys::Trouble{"read", path_, "what was written is not there"};
        }
        return {static_cast<const char*>(bytes), size};
    }
};

bool are_repeats(const Written::Record& a, const Written::Record& b) {
    return a.key == b.key && a.expressions == b.expressions;
}

} // namespace

// In any case, since it gives back memory.
Book::~Book() {
    records_.give_up();
    if (is_making_) {
        cdb_make_finish(&make_);
    }
}

void Book::write_to(int descriptor, const std::string& path) {
    descriptor_ = descriptor;
    path_ = path;
    start();
}

void Book::start() {
    size_ = contents_size;
    size_of_slots_ = 0;
    is_making_ = ::lseek(descriptor_, 0, SEEK_SET) == 0 && cdb_make_start(&make_, descriptor_) == 0;
    if (!is_making_) {
        throw sys::Trouble{"write", path_, errno};
    }
}

void Book::complete() {
    write(index_key, index());
    is_making_ = false;
    if (cdb_make_finish(&make_) != 0) {
        throw sys::Trouble{"write", path_, errno};
    }
}

void Book::write(std::string_view key, std::string_view value) {
    size_ += pair_size + key.size() + value.size();
    size_of_slots_ += slots_of_record * pair_size;
    if (size_ + size_of_slots_ > largest_) {
        throw sys::Trouble{"make", "a CDB of these entries", "more than the 4 GiB that it can hold"};
    }
    if (cdb_make_add(&make_, key.data(), size_of(key), value.data(), size_of(value)) != 0) {
        throw sys::Trouble{"write", path_, errno};
    }
}

void Book::add_shape(const Entry& entry) {
    const Form& form = entry.patterns[0].form;
    Shape& lately = lately_[(form.number + 37U * static_cast<unsigned>(form.kind)) % lately_.size()];
    if (has_shape(entry, lately)) {
        return;
    }
    const Shape shape = shape_of(entry);
    lately = shape;
    const auto place = std::lower_bound(shapes_.begin(), shapes_.end(), shape, comes_before);
    if (place == shapes_.end() || !(*place == shape)) {
        shapes_.insert(place, shape);
    }
}

void Book::add(const Entry& entry, std::string_view source) {
    std::string& bytes = latest_.bytes;
    const std::size_t start = bytes.size();
    put_key(entry, [&](std::string_view part) { bytes.append(part); });
    const std::size_t key_size = bytes.size() - start;
    append_expressions(bytes, entry);
    const std::size_t expressions_size = bytes.size() - start - key_size;
    bytes.append(source).append(entry.verdict);
    latest_.sizes.push_back({key_size, expressions_size, source.size(), entry.verdict.size()});
    add_shape(entry);
    take_window(entry.verdict);
    if (bytes.size() >= size_of_batch) {
        records_.give(std::exchange(latest_, {}));
    }
}

void Book::make_records(const Entries& entries) {
    std::string_view rest = entries.bytes;
    for (const Entries::Sizes& sizes : entries.sizes) {
        const std::size_t size = sizes.key + sizes.expressions + sizes.source + sizes.verdict;
        make_record(rest.substr(0, size), sizes);
        rest.remove_prefix(size);
    }
    begin_to_sync(descriptor_);
}

void Book::make_record(std::string_view bytes, const Entries::Sizes& sizes) {
    const std::string_view patterns = bytes.substr(0, sizes.key + sizes.expressions);
    const std::uint64_t hash = std::hash<std::string_view>{}(patterns);
    places_[static_cast<std::size_t>(hash >> 56U)].push_back(
        {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(size_)});
    const std::string_view rest = bytes.substr(patterns.size());
    value_.assign(Check{}.size(), ' ').append(" ").append(rest.substr(0, sizes.source)).append(" ");
    value_.append(patterns.substr(sizes.key)).append(rest.substr(sizes.source));
    put_check(value_);
    write(patterns.substr(0, sizes.key), value_);
}

void Book::take_window(std::string_view verdict) {
    if (verdict.find(window_parameter) != std::string_view::npos) {
        longest_window_ =
            std::max(longest_window_, verdict_from(verdict).retry_window.value_or(longest_window_));
    }
}

std::string Book::index() const {
    std::string text;
    for (const Shape& shape : shapes_) {
        text.append(text.empty() ? "" : " ").append(text_of(shape));
    }
    if (longest_window_.count() > 0) {
        text.append(" ").append(window_word).append(std::to_string(longest_window_.count()));
    }
    return with_check(text);
}

std::vector<Book::Repeat> Book::finish() {
    records_.end();
    make_records(std::exchange(latest_, {}));
    complete();
    std::vector<std::uint32_t> places;
    std::vector<Repeat> found = repeats(places);
    if (!places.empty()) {
        std::sort(places.begin(), places.end());
        take_out(places);
    }
    return found;
}

std::vector<Book::Repeat> Book::repeats(std::vector<std::uint32_t>& places) const {
    const Written written{descriptor_, path_};
    std::vector<Repeat> repeats;
    std::vector<const Place*> seen; // by hash, half full at most
    for (const Places& group : places_) {
        seen.assign(std::bit_ceil(2 * group.size() + 1), nullptr);
        for (const Place& place : group) {
            const auto is_first = [&](const Place& first) {
                return first.hash == place.hash &&
                       are_repeats(written.at(first.position), written.at(place.position));
            };
            std::size_t i = place.hash % seen.size();
            while (seen[i] != nullptr && !is_first(*seen[i])) {
                i = (i + 1) % seen.size();
            }
            if (seen[i] == nullptr) {
                seen[i] = &place;
                continue;
            }
            const Written::Record repeat = written.at(place.position);
            const std::string patterns = entry_text(repeat.key, repeat.expressions);
            repeats.push_back({std::string{trimmed(patterns)}, std::string{repeat.source},
                               std::string{written.at(seen[i]->position).source}});
            places.push_back(place.position);
        }
    }
    return repeats;
}

// Writes the file over itself: no record moves towards its end.
void Book::take_out(const std::vector<std::uint32_t>& places) {
    const Written written{descriptor_, path_};
    longest_window_ = sys::Seconds{0};
    start();
    std::uint32_t position = contents_size;
    for (auto record = written.at(position); record.key != index_key; record = written.at(position)) {
        if (!std::binary_search(places.begin(), places.end(), position)) {
            take_window(record.verdict);
            const std::string key{record.key};
            value_ = record.value;
            write(key, value_);
        }
        position += static_cast<std::uint32_t>(record.size());
    }
    complete();
    if (::ftruncate(descriptor_, static_cast<off_t>(size_ + size_of_slots_)) != 0) {
        throw sys::Trouble{"write", path_, errno};
    }
}

} // namespace rules
