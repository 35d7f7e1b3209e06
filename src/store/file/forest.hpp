// The trees of pages in a state file: how to come from a page to its children, and what becomes of a damaged
// page. The caller has the lock of the root, for all of this.
//
// Why a kill or a power failure never takes more than the page that was being written:
//
// - A page is written whole, in place, and never moves. Its place stands in it, so it can be told from every
//   other page whatever points to it, and be found again by a search when nothing does.
// - A new page is written before its parent points to it. A kill between leaves an orphan, which harms nothing:
//   the decision whose record it holds was never answered. The next page of the same place is a later one, so of
//   two pages of one place the one with the higher number counts. (An orphan at the very end is used again.)
// - If the disk wrote the parent and not the child, the parent points behind the end, to a page of another
//   place, or to a page never written. The first two count as no child, and the pointer is overwritten when a
//   child is added.
// - A page with a wrong byte keeps the lines whose blocks are whole (page.hpp), of those the ones that belong
//   there, and is written back at once. Without a first line its children are found by the search.
// - A damaged page is believed to be one only when it reads the same twice, the second time while no page can
//   be added: a page that another process is adding is no damaged page of ours.
#pragma once

#include "store/file/page_memory.hpp"
#include "store/file/state_file.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace store {

class Forest {
  public:
    // `stays`: more looks than one request's are expected.
    explicit Forest(StateFile& file, bool stays = false)
        : file_(file), memory_(stays ? std::make_unique<PageMemory>() : nullptr) {}

    Page root(unsigned root);
    // None where there is no such child.
    std::optional<Page> child(const Page& page, unsigned side);
    // None where the file has another page under this number, or none.
    std::optional<Page> page_at(PageNumber number, const Place& place);

    // A page on the way of a key, as far as it had to be looked at.
    struct Sight {
        Head head;
        std::size_t room;
        std::optional<Page> page{}; // none where it was known to lack the key
        std::string_view line{};    // the key's, in the page; empty where it has none
    };
    Sight root(unsigned root, const Key& key);
    std::optional<Sight> child(const Head& head, unsigned side, const Key& key);

    void write(Page& page);
    // A page that has been read under this lock, and has this line since, and no other new key.
    void write_with(std::string_view line, Page& page);
    bool append(Page& page, StateFile::Growth growth);

    // The one with the key's line, if any. Needs no lock, and is not certain where a page cannot be read as
    // it should be, as one that is being written: then look under the lock.
    struct Glance {
        bool is_certain = false;
        std::optional<Sight> sight{};
    };
    // `absence_counts`: that there is none is to be certain, too. Otherwise what is remembered of pages will do for that.
    Glance glance(const Key& key, const Place& way, bool absence_counts);

    // Of the page of this number, as it may be read from now on.
    [[nodiscard]] PageMemory::Version version(PageNumber number) {
        return memory_ ? PageMemory::Version{file_.term(), memory_->times_written(number)}
                       : PageMemory::Version{};
    }

    // What was damaged, each once.
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

  private:
    // Whoever opens the file after this can write nothing that the look should have seen: where the look has the lock he waits
    // for it, and where it has none the look was earlier.
    void begin_look() { term_ = memory_ ? file_.term() : 0; }
    [[nodiscard]] bool is_of_this_term(const PageMemory::Known& known) const;
    [[nodiscard]] bool holds(PageMemory::Known& known) const;
    [[nodiscard]] std::optional<Page> first_look(PageNumber number, const Place& place) const;
    Glance glance_by_memory(const Key& key, const Place& way);
    std::optional<Sight> first_sight(PageNumber number, const Place& place, const Key& key);
    Sight sight_of(Page&& page, const Key& key);
    std::optional<Page> second_look(PageNumber number, const Place& place);
    std::optional<Page> mended(PageNumber number, const Place& place, const Page::Bytes& bytes);
    std::array<PageNumber, 2> children_found_again(const Place& place);

    StateFile& file_;
    std::unique_ptr<PageMemory> memory_; // none where one request is all
    std::uint32_t term_ = 0;             // of the file, when the last look began
    std::vector<std::string> remarks_;
};

} // namespace store
