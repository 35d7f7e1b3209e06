#include "store/file/forest.hpp"

#include "system/lines.hpp"
#include "system/trouble.hpp"

namespace store {

namespace {

constexpr PageNumber root_number(unsigned root) {
    return 1 + root;
}

// Whether a line of a damaged page may stay there. Of a kind that is not known nobody can say, and it stays.
bool belongs(std::string_view line, const Place& place, const Seed& seed) {
    const std::string_view key = greylist::key_in(line);
    return key.empty() ? line.size() > 2 && line[1] == ' ' : place.leads_to(way_of(line.front(), key, seed));
}

} // namespace

Page Forest::root(unsigned root) {
    const Place place{.root = root};
    auto page = page_at(root_number(root), place);
    // A file that was filled in place by a process that was killed ends before its last root.
    return page ? *std::move(page) : Page{{.number = root_number(root), .place = place}};
}

std::optional<Page> Forest::child(const Page& page, unsigned side) {
    const PageNumber number = page.head.children.at(side);
    return number == 0 || page.head.place.depth == deepest ? std::nullopt
                                                           : page_at(number, page.head.place.child(side));
}

std::optional<Page> Forest::page_at(PageNumber number, const Place& place) {
    auto page = first_look(number, place);
    return page ? std::move(page) : second_look(number, place);
}

Forest::Sight Forest::sight_of(Page&& page, const Key& key) {
    Sight sight{.head = page.head, .room = page.room()};
    sight.line = page.line_with(key);
    if (memory_ && sight.line.empty()) {
        memory_->learn(page, term_);
    }
    sight.page = std::move(page);
    return sight;
}

bool Forest::is_of_this_term(const PageMemory::Known& known) const {
    return term_ != 0 && known.term == term_;
}

bool Forest::holds(PageMemory::Known& known) const {
    if (is_of_this_term(known)) {
        return true;
    }
    const bool holds = file_.mark(known.head.number) == known.mark;
    known.term = holds ? term_ : 0;
    return holds;
}

std::optional<Forest::Sight> Forest::first_sight(PageNumber number, const Place& place, const Key& key) {
    auto* const known = memory_ ? memory_->without(key, number) : nullptr;
    if (known != nullptr && known->head.place == place && holds(*known)) {
        return Sight{.head = known->head, .room = known->room};
    }
    auto page = first_look(number, place);
    return page ? std::optional{sight_of(*std::move(page), key)} : std::nullopt;
}

Forest::Sight Forest::root(unsigned root, const Key& key) {
    begin_look();
    auto sight = first_sight(root_number(root), {.root = root}, key);
    return sight ? *std::move(sight) : sight_of(this->root(root), key);
}

std::optional<Forest::Sight> Forest::child(const Head& head, unsigned side, const Key& key) {
    const PageNumber number = head.children.at(side);
    if (number == 0) {
        return std::nullopt;
    }
    const Place place = head.place.child(side);
    auto sight = first_sight(number, place, key);
    if (!sight) {
        auto page = second_look(number, place);
        return page ? std::optional{sight_of(*std::move(page), key)} : std::nullopt;
    }
    return sight;
}

// In doubt first: a write that fails may have changed the page.
void Forest::write(Page& page) {
    if (memory_) {
        memory_->doubt(page.head.number);
    }
    file_.write(page);
}

void Forest::write_with(std::string_view line, Page& page) {
    const Mark before = page.mark();
    write(page);
    if (memory_) {
        memory_->renew(page, before, greylist::key_in(line), term_);
    }
}

// An orphan may be used again for it.
bool Forest::append(Page& page, StateFile::Growth growth) {
    const bool is_added = file_.append(page, growth);
    if (memory_) {
        memory_->doubt(page.head.number);
    }
    return is_added;
}

// Pages that are known to lack the key are not looked at: a line that is there is there, whatever has become of the pages
// above it. That it is not there is certain only where all of them were read, or nobody else can have written them.
Forest::Glance Forest::glance_by_memory(const Key& key, const Place& way) {
    PageNumber number = root_number(way.root);
    Place place{.root = way.root};
    bool is_certain = true;
    while (true) {
        Head head;
        if (const auto* const known = memory_->without(key, number)) {
            head = known->head;
            is_certain = is_certain && is_of_this_term(*known);
        } else if (auto page = first_look(number, place)) {
            Sight sight = sight_of(*std::move(page), key);
            if (!sight.line.empty()) {
                return {.is_certain = true, .sight = std::move(sight)};
            }
            head = sight.head;
        }
        if (head.number != number || head.place != place) {
            return {.is_certain = false};
        }
        const unsigned side = place.depth == deepest ? 0 : place.side_of(way);
        number = place.depth == deepest ? 0 : head.children.at(side);
        if (number == 0) {
            return {.is_certain = is_certain};
        }
        place = place.child(side);
    }
}

Forest::Glance Forest::glance(const Key& key, const Place& way, bool absence_counts) {
    begin_look();
    if (memory_) {
        auto glance = glance_by_memory(key, way);
        if (glance.is_certain || !absence_counts) {
            return glance;
        }
    }
    PageNumber number = root_number(way.root);
    Place place{.root = way.root};
    while (true) {
        auto sight = first_sight(number, place, key);
        if (!sight) {
            return {.is_certain = false};
        }
        if (!sight->line.empty()) {
            return {.is_certain = true, .sight = std::move(sight)};
        }
        const unsigned side = place.depth == deepest ? 0 : place.side_of(way);
        number = place.depth == deepest ? 0 : sight->head.children.at(side);
        if (number == 0) {
            return {.is_certain = true};
        }
        place = place.child(side);
    }
}

std::optional<Page> Forest::first_look(PageNumber number, const Place& place) const {
    auto page = Page::read([&](Page::Bytes& bytes) { return file_.read(number, bytes) == bytes.size(); });
    const bool is_it = page && page->head.number == number && page->head.place == place;
    return is_it ? std::move(page) : std::nullopt;
}

std::optional<Page> Forest::second_look(PageNumber number, const Place& place) {
    constexpr int most_looks = 8;
    Page::Bytes before{};
    for (int look = 0; look < most_looks; ++look) {
        Page::Bytes bytes{};
        const std::size_t size = file_.read_alone(number, bytes);
        if (size < bytes.size() && number < file_.pages()) {
            continue; // there is more
        }
        if (size == 0 || (size < bytes.size() && place.depth > 0)) {
            return std::nullopt;
        }
        auto page = Page::read(bytes);
        if (page && page->head.number == number && page->head.place == place) {
            return page;
        }
        if (page && place.depth > 0) {
            return std::nullopt;
        }
        if (look > 0 && bytes == before) {
            return mended(number, place, bytes);
        }
        before = bytes;
    }
    throw sys::Trouble("read", file_.path(),
                       "page " + std::to_string(number) + " reads differently each time");
}

std::optional<Page> Forest::mended(PageNumber number, const Place& place, const Page::Bytes& bytes) {
    const auto head = head_in({bytes.data(), bytes.size()});
    const bool has_head = head && head->number == number && head->place == place;
    if (head && !has_head && place.depth > 0) {
        return std::nullopt;
    }
    Page page{{number, place, has_head ? head->children : children_found_again(place)}};
    unsigned kept = 0;
    const std::string lines = Page::whole_lines(bytes);
    for (std::string_view rest = lines; !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        if (belongs(line, place, file_.seed())) {
            page.append(line);
            ++kept;
        }
    }
    std::string remark = "page " + std::to_string(number) + " (" + place.text() + "): damaged, " +
                         std::to_string(kept) + " of its records could be kept";
    if (file_.why_read_only() == 0) {
        try {
            write(page);
        } catch (const sys::Trouble& trouble) {
            remark.append("; ").append(trouble.what());
        }
    }
    remarks_.push_back(std::move(remark));
    return page;
}

// By one look at the first line of every page. A child whose own first line is lost too shows by what lies
// below it: then a new page takes its place, and its children are searched likewise.
std::array<PageNumber, 2> Forest::children_found_again(const Place& place) {
    std::array<PageNumber, 2> children{};
    std::array<bool, 2> leads_on{};
    const PageNumber end = file_.pages();
    for (PageNumber number = root_number(roots); number < end; ++number) {
        const auto head = file_.head(number);
        if (!head || head->place == place || !place.leads_to(head->place)) {
            continue;
        }
        const unsigned side = place.side_of(head->place);
        leads_on.at(side) = true;
        if (head->place.depth == place.depth + 1) {
            children.at(side) = number;
        }
    }
    for (const unsigned side : {0U, 1U}) {
        if (children.at(side) == 0 && leads_on.at(side) && file_.why_read_only() == 0) {
            const Place between = place.child(side);
            Page page{{.place = between, .children = children_found_again(between)}};
            children.at(side) = append(page, StateFile::Growth::for_lost_page) ? page.head.number : 0;
        }
    }
    return children;
}

} // namespace store
