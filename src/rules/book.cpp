#include "rules/book.hpp"

#include "rules/compiled.hpp"
#include "rules/lines.hpp"
#include "rules/verdict_text.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace rules {

namespace {

constexpr std::string_view window_parameter = " retry-window=";

// A record's value taken apart.
struct Contents {
    std::string_view source;
    std::string_view expressions; // with a blank after each
    std::string_view verdict;
};

Contents contents_of(const CdbMaker::Record& record) {
    Contents contents;
    std::string_view rest = record.value.substr(Check{}.size() + 1);
    contents.source = take_word(rest);
    contents.verdict = rest;
    while (contents.verdict.starts_with('/')) {
        take_word(contents.verdict);
    }
    contents.expressions = rest.substr(0, rest.size() - contents.verdict.size());
    return contents;
}

// Its record takes no more, without its source.
std::size_t most_bytes_of(const Entry& entry) {
    constexpr std::size_t around = 32; // the check, or a field's name; blanks, slashes
    std::size_t most = around + entry.verdict.size();
    for (const Pattern& pattern : entry) {
        most += around + pattern.text.size() + pattern.expression.size();
    }
    return most;
}

Book::Repeat repeat_of(const CdbMaker::Record& record, const CdbMaker::Record& first) {
    const Contents contents = contents_of(record);
    const std::string patterns = entry_text(record.key, contents.expressions);
    return {std::string{trimmed(patterns)}, std::string{contents.source},
            std::string{contents_of(first).source}};
}

} // namespace

bool Book::are_repeats(const CdbMaker::Slot& a, const CdbMaker::Slot& b) const {
    if (a.hash != b.hash || a.mark != b.mark) {
        return false;
    }
    const CdbMaker::Copy copy_of_a = records_.at(a.place);
    const CdbMaker::Copy copy_of_b = records_.at(b.place);
    const CdbMaker::Record first = copy_of_a.record();
    const CdbMaker::Record second = copy_of_b.record();
    return first.key == second.key && contents_of(first).expressions == contents_of(second).expressions;
}

void Book::find_repeats(const CdbMaker::Table& table, std::vector<CdbMaker::Place>& places,
                        std::vector<Repeat>& repeats) const {
    std::vector<const CdbMaker::Slot*> seen(
        std::bit_ceil(2 * table.size() + 1)); // by hash, half full at most
    for (const CdbMaker::Slot& slot : table) {
        // The hash's last byte is the same in all of the table.
        std::size_t i = (slot.hash >> 8U ^ slot.mark) % seen.size();
        while (seen[i] != nullptr && !are_repeats(*seen[i], slot)) {
            i = (i + 1) % seen.size();
        }
        if (seen[i] == nullptr) {
            seen[i] = &slot;
        } else {
            repeats.push_back(
                repeat_of(records_.at(slot.place).record(), records_.at(seen[i]->place).record()));
            places.push_back(slot.place);
        }
    }
}

std::vector<Book::Repeat> Book::finish() {
    std::vector<Repeat> repeats;
    std::vector<CdbMaker::Place> places;
    for (const CdbMaker::Table& table : records_.tables()) {
        find_repeats(table, places, repeats);
    }
    if (!places.empty()) {
        records_.remove(std::move(places));
        if (std::exchange(longest_window_, sys::Seconds{0}).count() > 0) {
            records_.each([&](const CdbMaker::Record& record) { take_window(contents_of(record).verdict); });
        }
    }
    index_ = index();
    records_.check_size({index_key, index_});
    return repeats;
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

// Most of `source` is the name of the same file as before.
std::uint32_t Book::hash_of_source(std::string_view source) {
    if (file_.empty() || !source.starts_with(file_)) {
        file_ = source.substr(0, source.rfind(':') + 1);
        file_hash_ = cdb_hash_of(file_);
    }
    return cdb_hash_of(source.substr(file_.size()), file_hash_);
}

void Book::add(const Entry& entry, std::string_view source) {
    expressions_.clear();
    append_expressions(expressions_, entry);
    char* const key = records_.start(most_bytes_of(entry) + source.size());
    char* end = key;
    const auto put = [&end](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
    put_key(entry, put);
    char* const value = end;
    end += Check{}.size();
    std::uint32_t checked = hash_of_source(source);
    put(" ");
    put(source);
    for (const std::string_view text :
         {std::string_view{" "}, std::string_view{expressions_}, std::string_view{entry.verdict}}) {
        put(text);
        checked = cdb_hash_of(text, checked);
    }
    const Check check = check_of(checked);
    std::copy(check.begin(), check.end(), value);
    const std::size_t mark = expressions_.empty() ? 0 : std::hash<std::string_view>{}(expressions_);
    records_.finish(static_cast<std::size_t>(value - key), static_cast<std::size_t>(end - value),
                    static_cast<std::uint32_t>(mark));
    add_shape(entry);
    take_window(entry.verdict);
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

void Book::write_early(int descriptor, const std::string& path) {
    records_.write_early(descriptor, path, [this] { return CdbMaker::size_of({index_key, index()}); });
}

void Book::write(int descriptor, const std::string& path) {
    records_.write(descriptor, path, {index_key, index_});
}

} // namespace rules
