#include "store/file/survey.hpp"

#include "greylist/kind.hpp"
#include "system/lines.hpp"
#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace store {

namespace {

std::string named(const Head& head) {
    return "page " + std::to_string(head.number) + " (" + head.place.text() + ")";
}

// Every page below and with `page`, parents first.
template <typename Visit>
void each_page(Forest& forest, const Page& page, const Visit& visit) {
    visit(page);
    for (const unsigned side : {0U, 1U}) {
        if (const auto child = forest.child(page, side)) {
            each_page(forest, *child, visit);
        }
    }
}

void check_lines(const Page& page, const Seed& seed, std::set<std::string>& keys, Checked& result) {
    for (std::string_view rest = page.lines(); !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        const std::string_view key = greylist::key_in(line);
        const std::string which = named(page.head) + ": " + std::string{line} + ": ";
        if (!greylist::record_of(line) && (line.empty() || greylist::row_of(line.front()) != nullptr)) {
            result.findings.push_back(which + "not a record");
        }
        if (key.empty()) {
            continue; // of a kind that is not known here
        }
        if (!page.head.place.leads_to(way_of(line.front(), key, seed))) {
            result.findings.push_back(which + "does not belong there");
        }
        if (!keys.insert(line.front() + std::string{key}).second) {
            result.findings.push_back(which + "is there twice");
        }
    }
}

// What no process of ours writes, whatever becomes of it.
void check_head(const Head& head, Checked& result) {
    if ((head.place.depth == 0) != (head.number <= roots) ||
        (head.place.depth == 0 && head.number != head.place.root + 1)) {
        result.findings.push_back(named(head) + ": no page of that number can have that place");
    }
    for (const PageNumber child : head.children) {
        if (child != 0 && (child <= roots || child == head.number || head.place.depth == deepest)) {
            result.findings.push_back(named(head) + ": page " + std::to_string(child) +
                                      " cannot be its child");
        }
    }
}

void check_bucket(const std::vector<Page>& pages, const Seed& seed, Checked& result) {
    std::set<PageNumber> numbers;
    std::set<std::string> keys;
    for (const Page& page : pages) {
        numbers.insert(page.head.number);
        check_head(page.head, result);
        check_lines(page, seed, keys, result);
    }
    for (const Page& page : pages) {
        for (const PageNumber child : page.head.children) {
            if (child != 0 && !numbers.contains(child)) {
                result.findings.push_back(named(page.head) + ": page " + std::to_string(child) +
                                          " is not its child");
            }
        }
    }
}

std::size_t records_in(std::string_view lines) {
    std::size_t records = 0;
    while (!lines.empty()) {
        records += greylist::record_of(sys::take_until(lines, '\n')) ? 1 : 0;
    }
    return records;
}

// A process that is killed after it has added a page leaves one with the one record that it had to store, and
// a power failure what the disk had of it. More records in a page that nobody reaches are lost ones.
void check_unreached(const StateFile& file, PageNumber number, Checked& result) {
    const auto bytes = std::make_unique_for_overwrite<Page::Bytes>();
    if (file.read(number, *bytes) < bytes->size()) {
        return;
    }
    const auto head = head_in({bytes->data(), bytes->size()});
    const std::size_t records = records_in(Page::whole_lines(*bytes));
    const std::string which = head ? named(*head) : "page " + std::to_string(number) + " (damaged)";
    if (head && head->number != number) {
        result.findings.push_back(which + ": stands in the place of page " + std::to_string(number));
        return;
    }
    if (head) {
        check_head(*head, result);
    }
    std::vector<std::string>& told = records > 1 ? result.findings : result.remarks;
    told.push_back(which + ": no page points to it; records in it: " + std::to_string(records));
}

// The work of sweep(), with what it needs.
class Sweeper {
  public:
    Sweeper(const std::string& path, bool sync, Time now, const std::function<bool(const Record&)>& may_go)
        : file_(path, StateFile::Access::write, 0, sync), forest_(file_), now_(now), may_go_(may_go),
          is_reached_(file_.pages(), false) {}

    void sweep_bucket(unsigned root) {
        const auto lock = file_.lock(root);
        each_page(forest_, forest_.root(root), [&](const Page& page) { sweep_page(page); });
    }
    void take_in_orphans();
    Swept result() {
        swept_.remarks = forest_.remarks();
        return swept_;
    }

  private:
    void sweep_page(Page page);
    void take_in(const Head& orphan);
    std::uint64_t erase_what_may_go(Page& page);
    bool bring_to_now(Page& page) const;

    StateFile file_;
    Forest forest_;
    Time now_;
    const std::function<bool(const Record&)>& may_go_;
    std::vector<bool> is_reached_; // of the pages that were there at the beginning
    Swept swept_;
};

std::uint64_t Sweeper::erase_what_may_go(Page& page) {
    return page.erase_if([&](std::string_view line) {
        const auto record = greylist::record_of(line);
        const bool may_go = record && may_go_(*record);
        swept_.left += may_go ? 0 : 1;
        return may_go;
    });
}

// Whether any record was from later.
bool Sweeper::bring_to_now(Page& page) const {
    bool has_changed = false;
    for (std::string_view rest = page.lines(); !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        const auto record = greylist::record_of(line);
        if (record && greylist::as_of(*record, now_) != *record) {
            page.replace(line, greylist::line_of(as_of(*record, now_))); // as long as before
            has_changed = true;
        }
    }
    return has_changed;
}

void Sweeper::sweep_page(Page page) {
    if (page.head.number < is_reached_.size()) {
        is_reached_[page.head.number] = true;
    }
    const std::uint64_t erased = erase_what_may_go(page);
    bool has_changed = bring_to_now(page) || erased > 0;
    for (const unsigned side : {0U, 1U}) {
        if (page.head.children.at(side) != 0 && !forest_.child(page, side)) {
            page.head.children.at(side) = 0;
            has_changed = true;
        }
    }
    if (has_changed) {
        file_.write(page);
    }
    swept_.erased += erased;
}

void Sweeper::take_in_orphans() {
    std::map<std::string, Head> orphans; // the last one of each place
    for (PageNumber number = 1; number < is_reached_.size(); ++number) {
        const auto head = is_reached_[number] ? std::nullopt : file_.head(number);
        if (head && head->place.depth > 0) {
            orphans[head->place.text()] = *head;
        }
    }
    for (const auto& [place, orphan] : orphans) {
        take_in(orphan);
    }
}

// Under the lock of its root, nobody can add a page in its place, nor has one that is there before.
void Sweeper::take_in(const Head& orphan) {
    const auto lock = file_.lock(orphan.place.root);
    auto page = forest_.page_at(orphan.number, orphan.place);
    std::optional<Page> parent = forest_.root(orphan.place.root);
    while (page && parent) {
        page->erase_if([&](std::string_view line) {
            const auto record = greylist::record_of(line);
            return record && !parent->line_with(record->key).empty();
        });
        const unsigned side = parent->head.place.side_of(orphan.place);
        if (parent->head.place.depth + 1 < orphan.place.depth) {
            parent = forest_.child(*parent, side);
            continue;
        }
        if (parent->head.children.at(side) == 0) {
            swept_.erased += erase_what_may_go(*page);
            bring_to_now(*page);
            file_.write(*page);
            parent->head.children.at(side) = orphan.number;
            file_.write(*parent);
        }
        return;
    }
}

} // namespace

std::vector<Page> Survey::bucket(unsigned root) {
    std::vector<Page> pages;
    const auto lock = file_.lock_for_reading(root);
    each_page(forest_, forest_.root(root), [&](const Page& page) { pages.push_back(page); });
    return pages;
}

void Survey::each_record(const std::function<void(const Record&)>& look, const Progress& progress) {
    for (unsigned root = 0; root < roots; ++root) {
        for (const Page& page : bucket(root)) {
            for (std::string_view rest = page.lines(); !rest.empty();) {
                if (const auto record = greylist::record_of(sys::take_until(rest, '\n'))) {
                    look(*record);
                }
            }
        }
        progress((root + 1) * all_done / roots);
    }
}

Checked check(const std::string& path, const Progress& progress) {
    Checked result;
    Survey survey(path);
    // Pages that are added from here on are not looked at: their parents may not point to them yet.
    const PageNumber end = survey.file().pages();
    std::vector<bool> is_reached(std::max<PageNumber>(end, 1), false);
    for (unsigned root = 0; root < roots; ++root) {
        const auto pages = survey.bucket(root);
        check_bucket(pages, survey.file().seed(), result);
        for (const Page& page : pages) {
            if (page.head.number < end) {
                is_reached[page.head.number] = true;
            }
        }
        progress((root + 1) * all_done / roots);
    }
    for (PageNumber number = 1; number < is_reached.size(); ++number) {
        if (!is_reached[number]) {
            check_unreached(survey.file(), number, result);
        }
    }
    if (survey.file().had_damaged_start()) {
        result.findings.emplace_back("page 0: damaged in one half");
    }
    result.findings.insert(result.findings.end(), survey.damages().begin(), survey.damages().end());
    return result;
}

Swept sweep(const std::string& path, bool sync, Time now, const std::function<bool(const Record&)>& may_go,
            const Progress& progress) {
    Sweeper sweeper(path, sync, now, may_go);
    for (unsigned root = 0; root < roots; ++root) {
        sweeper.sweep_bucket(root);
        progress((root + 1) * all_done / roots);
    }
    sweeper.take_in_orphans();
    return sweeper.result();
}

} // namespace store
