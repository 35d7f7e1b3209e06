#include "store/file/file_store.hpp"

#include "store/file/forest.hpp"
#include "store/file/line_memory.hpp"
#include "system/lines.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace store {

namespace {

using sys::Trouble;

// A page on the way of a key.
struct Stop {
    PageNumber number;
    Place place;
    std::size_t room;
};

constexpr std::size_t usual_stops = 12; // a way through a million records is seven or eight pages long

std::size_t size_in_page(std::string_view line) {
    return line.size() + 1;
}

// Where a key's line is, or would be.
struct Found {
    std::optional<Page> page; // the one with the line, or the one that was read last
    std::string_view line;    // in the page; empty where there is none
    std::vector<Stop> stops;  // the pages without it; none where nothing was looked for on the way
};

// Where a key's line was a moment ago.
struct LastSeen {
    Key key;
    PageNumber number;
    Place place;
};

// Of a process that stays.
struct Memory {
    LineMemory lines;
    Page::Bytes page{}; // the one looked at last
    unsigned long requests = 0;
    sys::Time asked; // when it last asked whether another has the file open
};

// A line of a page, and what is lost with it.
struct Loss {
    Worth worth;
    std::string line;
};

// Least first. A page keeps a quarter of itself for who is waiting: otherwise those who passed, of whom anybody
// can make as many as he likes, would leave strangers no time to come back in.
std::vector<Loss> losses(const Page& page, const Keeping& keeping) {
    constexpr std::size_t kept_for_waiting = room_for_lines / 4;
    std::vector<Loss> all;
    std::size_t waiting = 0;
    for (std::string_view rest = page.lines(); !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        if (const auto record = greylist::record_of(line)) {
            all.push_back({keeping.worth(*record), std::string{line}});
            waiting += all.back().worth.loss == Worth::Loss::waiting ? size_in_page(line) : 0;
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const Loss& a, const Loss& b) { return a.worth < b.worth; });
    if (waiting <= kept_for_waiting) {
        const auto first_at_least = [&](Worth::Loss loss) {
            return std::find_if(all.begin(), all.end(), [&](const Loss& a) { return a.worth.loss >= loss; });
        };
        std::rotate(first_at_least(Worth::Loss::waiting), first_at_least(Worth::Loss::one_wait), all.end());
    }
    return all;
}

// As few of `all`, from the first on, as make room for `wanted` bytes; none where all are too few.
std::vector<Loss> enough_of(std::vector<Loss> all, std::size_t room, std::size_t wanted) {
    std::size_t count = 0;
    while (room < wanted && count < all.size()) {
        room += size_in_page(all[count++].line);
    }
    all.resize(room < wanted ? 0 : count);
    return all;
}

Worth dearest_of(const std::vector<Loss>& lost) {
    return std::max_element(lost.begin(), lost.end(),
                            [](const Loss& a, const Loss& b) { return a.worth < b.worth; })
        ->worth;
}

} // namespace

struct FileStore::Parts {
    StateFile file;
    Forest forest;
    Keeping keeping;
    std::optional<LastSeen> last_seen; // by a glance
    std::unique_ptr<Memory> memory;    // none where one request is all
    bool had_no_room = false;

    Parts(const std::string& path, std::uint64_t max_size, bool sync, const Keeping& the_keeping, bool stays)
        : file(path, StateFile::Access::make, max_size, sync), forest(file, stays), keeping(the_keeping),
          memory(stays ? std::make_unique<Memory>() : nullptr) {}

    Found find(const Key& key, const Place& way);
    Glance glance(const Key& key, bool absence_counts);
    Glance glance_by_memory(const Key& key, const Place& way);
    std::string_view line_by_memory(const Key& key, const Place& way);
    void remember(const Place& way, const Page& page, std::string_view line) const;
    std::optional<Found> found_again(const Key& key);
    [[nodiscard]] std::optional<Record> seen_in(std::string_view line) const;
    Page page_at(const Stop& stop);
    void store_new(std::string_view line, const Place& way, Found& found);
    bool store_in_page(std::string_view line, const Stop& stop);
    bool store_in_new_page(std::string_view line, const Place& way, const Stop& leaf);
    bool store_in_place_of_others(std::string_view line, const std::vector<Stop>& stops);
};

// The page that had the key's line a moment ago, if it still has.
std::optional<Found> FileStore::Parts::found_again(const Key& key) {
    if (!last_seen || last_seen->key != key) {
        return std::nullopt;
    }
    auto page = forest.page_at(last_seen->number, last_seen->place);
    const std::string_view line = page ? page->line_with(key) : std::string_view{};
    return line.empty() ? std::nullopt : std::optional{Found{std::move(page), line, {}}};
}

std::optional<Record> FileStore::Parts::seen_in(std::string_view line) const {
    auto seen = greylist::record_of(line);
    if (seen && keeping.is_forgotten(*seen)) {
        seen.reset();
    }
    return seen;
}

Found FileStore::Parts::find(const Key& key, const Place& way) {
    if (auto found = found_again(key)) {
        return *std::move(found);
    }
    Found found{};
    found.stops.reserve(usual_stops);
    std::optional<Forest::Sight> sight{forest.root(way.root, key)};
    while (sight) {
        if (sight->page) {
            found.page = std::move(sight->page);
        }
        found.line = sight->line;
        if (!found.line.empty()) {
            break;
        }
        const Head& head = sight->head;
        found.stops.push_back({head.number, head.place, sight->room});
        sight = head.place.depth == deepest ? std::nullopt : forest.child(head, head.place.side_of(way), key);
    }
    return found;
}

Page FileStore::Parts::page_at(const Stop& stop) {
    if (stop.place.depth == 0) {
        return forest.root(stop.place.root);
    }
    auto page = forest.page_at(stop.number, stop.place);
    if (!page) {
        throw Trouble("read", file.path(), "page " + std::to_string(stop.number) + " is gone");
    }
    return *std::move(page);
}

// The first page with room takes it. Only where there is none are the records of all pages looked at for some
// that may go, then a page added, then the records given up that are worth least: each is dearer or worse than
// the one before.
void FileStore::Parts::store_new(std::string_view line, const Place& way, Found& found) {
    const std::vector<Stop>& stops = found.stops;
    const auto first = std::find_if(stops.begin(), stops.end(),
                                    [&](const Stop& stop) { return stop.room >= size_in_page(line); });
    if (first != stops.end()) {
        if (!found.page || first->number != found.page->head.number) {
            found.page = page_at(*first);
        }
        found.page->append(line);
        forest.write_with(line, *found.page);
        return;
    }
    const bool is_stored = std::any_of(stops.begin(), stops.end(),
                                       [&](const Stop& stop) { return store_in_page(line, stop); }) ||
                           store_in_new_page(line, way, stops.back()) ||
                           store_in_place_of_others(line, stops);
    if (!is_stored) {
        throw Trouble("write", file.path(), "the state is full (max-state-size)");
    }
}

bool FileStore::Parts::store_in_page(std::string_view line, const Stop& stop) {
    Page page = page_at(stop);
    page.erase_if([&](std::string_view other) {
        const auto record = greylist::record_of(other);
        return record && keeping.may_go(*record);
    });
    if (page.room() < size_in_page(line)) {
        return false;
    }
    page.append(line);
    forest.write(page);
    return true;
}

bool FileStore::Parts::store_in_new_page(std::string_view line, const Place& way, const Stop& leaf) {
    if (leaf.place.depth == deepest) {
        return false;
    }
    const unsigned side = leaf.place.side_of(way);
    Page page{{.place = leaf.place.child(side)}};
    page.append(line);
    if (!forest.append(page, StateFile::Growth::for_new_records)) {
        return false;
    }
    Page parent = page_at(leaf);
    parent.head.children.at(side) = page.head.number;
    forest.write(parent);
    return true;
}

// In the page in which the least is lost.
bool FileStore::Parts::store_in_place_of_others(std::string_view line, const std::vector<Stop>& stops) {
    had_no_room = true;
    const std::size_t wanted = size_in_page(line);
    std::optional<Page> chosen;
    std::vector<Loss> lost;
    for (const Stop& stop : stops) {
        Page page = page_at(stop);
        auto here = enough_of(losses(page, keeping), page.room(), wanted);
        if (!here.empty() && (!chosen || dearest_of(here) < dearest_of(lost))) {
            chosen = std::move(page);
            lost = std::move(here);
        }
    }
    if (!chosen) {
        return false;
    }
    chosen->erase_if([&](std::string_view other) {
        return std::any_of(lost.begin(), lost.end(), [&](const Loss& loss) { return loss.line == other; });
    });
    chosen->append(line);
    forest.write(*chosen);
    return true;
}

FileStore::FileStore(const std::string& path, std::uint64_t max_size, bool sync, const Keeping& keeping,
                     bool stays)
    : parts_(std::make_unique<Parts>(path, max_size, sync, keeping, stays)) {}

FileStore::~FileStore() = default;

void FileStore::update(const Key& key, const Step& step) {
    Parts& parts = *parts_;
    const Place way = way_of(key, parts.file.seed());
    const auto lock = parts.file.lock(way.root);

    Found found = parts.find(key, way);
    if (!found.line.empty()) {
        parts.remember(way, *found.page, found.line);
    }
    const auto record = step(parts.seen_in(found.line));
    if (!record) {
        return;
    }
    assert(record->key == key);

    if (parts.file.why_read_only() != 0) {
        throw Trouble("write", parts.file.path(), parts.file.why_read_only());
    }
    const std::string line = greylist::line_of(*record);
    if (size_in_page(line) > room_for_lines) {
        throw Trouble("remember", sys::cleaned(key.text, 100), "its key is too long");
    }
    if (found.line.empty()) {
        parts.store_new(line, way, found);
    } else {
        found.page->replace(found.line, line);
        parts.forest.write_with(line, *found.page);
    }
}

FileStore::Glance FileStore::glance(const Key& key) {
    return parts_->glance(key, true);
}

FileStore::Glance FileStore::glance_at_stored(const Key& key) {
    return parts_->glance(key, false);
}

// The key's line, if it is where it was seen before; where it is not, it may be anywhere.
std::string_view FileStore::Parts::line_by_memory(const Key& key, const Place& way) {
    LineMemory::Seen* const seen = memory ? memory->lines.find(way) : nullptr;
    if (seen == nullptr) {
        return {};
    }
    const LineMemory::Version version = forest.version(seen->page);
    std::string_view line = seen->kept(version);
    if (!Page::is_line_of(key, line)) {
        const bool is_read = file.read(seen->page, memory->page) == memory->page.size();
        line = is_read ? Page::line_at(seen->at, key, memory->page) : std::string_view{};
        if (line.empty()) {
            return {};
        }
        seen->keep(line, version);
    }
    last_seen = LastSeen{key, seen->page, way.at_depth(seen->depth)};
    return line;
}

void FileStore::Parts::remember(const Place& way, const Page& page, std::string_view line) const {
    if (memory) {
        memory->lines.learn(way, page.head.number, page.place_of(line), page.head.place.depth);
    }
}

FileStore::Glance FileStore::Parts::glance_by_memory(const Key& key, const Place& way) {
    const auto line = line_by_memory(key, way);
    return line.empty() ? Glance{} : Glance{.is_certain = true, .seen = seen_in(line)};
}

FileStore::Glance FileStore::glance_at_seen(const Key& key) {
    if (!parts_->memory) {
        return {};
    }
    try {
        return parts_->glance_by_memory(key, way_of(key, parts_->file.seed()));
    } catch (const Trouble&) {
        return {};
    }
}

FileStore::Glance FileStore::Parts::glance(const Key& key, bool absence_counts) {
    try {
        const Place way = way_of(key, file.seed());
        if (auto glance = glance_by_memory(key, way); glance.is_certain) {
            return glance;
        }
        const auto [is_certain, sight] = forest.glance(key, way, absence_counts);
        if (!sight) {
            return {.is_certain = is_certain};
        }
        last_seen = LastSeen{key, sight->head.number, sight->head.place};
        remember(way, *sight->page, sight->line);
        return {.is_certain = true, .seen = seen_in(sight->line)};
    } catch (const Trouble&) {
        return {.is_certain = false};
    }
}

bool FileStore::is_current() const {
    return parts_->file.is_current();
}

// A store that has served more than a few requests asks once a second whether another process has the file open.
void FileStore::keep(const Keeping& keeping) {
    constexpr unsigned a_few = 100;
    if (parts_->memory && ++parts_->memory->requests > a_few && keeping.now != parts_->memory->asked) {
        parts_->memory->asked = keeping.now;
        parts_->file.ask_whether_alone();
    }
    parts_->keeping = keeping;
}

std::vector<Notice> FileStore::take_notices() {
    std::vector<Notice> notices;
    if (std::exchange(parts_->had_no_room, false)) {
        notices.push_back({"full",
                           "the state is full (max-state-size): the record that was seen longest ago makes "
                           "room for a new one"});
    }
    if (parts_->file.is_open_to_others()) {
        notices.push_back({"open", "every user may read or write the state, and can hold it up: "
                                   "chmod 600 " +
                                       parts_->file.path()});
    }
    return notices;
}

std::vector<std::string> FileStore::remarks() const {
    std::vector<std::string> result;
    const std::string which = "state " + parts_->file.path() + ": ";
    if (parts_->file.had_damaged_start()) {
        result.push_back(which + "page 0: damaged in one half");
    }
    for (const std::string& remark : parts_->forest.remarks()) {
        result.push_back(which + remark);
    }
    return result;
}

} // namespace store
