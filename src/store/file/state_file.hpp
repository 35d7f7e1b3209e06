// The state file as others share it: opened or made, locked, its pages read, written and added. What stands
// in a page, and which page is whose, is not known here.
//
// Locks. Each root's whole tree is guarded by one lock on the bytes of its root page. A process that adds a page
// takes a second one, on the bytes of page 0, for as long as that takes: always in this order, and never two
// roots at once, so nobody waits in a circle. The kernel gives up the locks of a killed process.
//
// Making. A complete file is written beside the path and takes its place by link(2), which fails where
// another was quicker: nobody sees a part, and two first requests agree on one file. A file of length 0 (an
// administrator's) is filled in place, under a lock on all roots at once.
#pragma once

#include "store/file/page.hpp"
#include "system/descriptor.hpp"
#include "system/record_lock.hpp"
#include "system/sole_opener.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace store {

class StateFile {
  public:
    enum class Access {
        make,  // it is made where it is missing, and only read where it may not be written; it must be ours
        write, // it must be there, and may be written
        read,  // it is only looked at
    };
    // Throws sys::Trouble, as all of its functions do.
    StateFile(std::string path, Access access, std::uint64_t max_size, bool sync);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Seed& seed() const { return seed_; }
    // The errno value that says why it may only be read; 0 where it may be written.
    [[nodiscard]] int why_read_only() const { return why_read_only_; }
    // Whether every user may read or write it, as was seen with Access::make.
    [[nodiscard]] bool is_open_to_others() const { return is_open_to_others_; }
    // Whether one half of page 0 was damaged.
    [[nodiscard]] bool had_damaged_start() const { return had_damaged_start_; }

    // Whether it may be written, its path still leads to it, and nobody has emptied it since.
    [[nodiscard]] bool is_current() const;

    // Finds out whether nobody else has the file open.
    void ask_whether_alone();
    // As long as this stays the same, nobody else has had the file open; 0: somebody may have, or nobody asked.
    [[nodiscard]] std::uint32_t term() { return sole_opener_ ? sole_opener_->term() : 0; }

    // Alone, or with other readers where the file may only be read.
    [[nodiscard]] sys::RecordLock lock(unsigned root) const;
    [[nodiscard]] sys::RecordLock lock_for_reading(unsigned root) const;

    // Whole pages, page 0 among them; a part at the end does not count.
    [[nodiscard]] PageNumber pages() const;
    // How many bytes of the page there are: fewer than page_size at the end of the file.
    std::size_t read(PageNumber number, Page::Bytes& bytes) const;
    // The mark of a page, whatever else stands there; none behind the end of the file.
    [[nodiscard]] std::optional<Mark> mark(PageNumber number) const;
    // The same as read(), while no page can be added.
    std::size_t read_alone(PageNumber number, Page::Bytes& bytes) const;
    // What the first line of a page says; none where there is no such page, or a byte of the line is wrong,
    // also at a second look.
    [[nodiscard]] std::optional<Head> head(PageNumber number) const;
    void write(Page& page) const;
    // Gives `page` a number after all others and writes it there; false where the file has its greatest size,
    // which does not hold for a page that takes the place of a lost one.
    enum class Growth { for_new_records, for_lost_page };
    bool append(Page& page, Growth growth) const;

  private:
    [[nodiscard]] sys::Descriptor opened(int mode) const;
    bool open(Access access);
    void expect_to_be_ours();
    void create() const;
    void fill();
    void read_start();
    void write_bytes(PageNumber number, const char* bytes, std::size_t size) const;
    [[nodiscard]] bool is_orphan_of(const Place& place, PageNumber number) const;
    [[nodiscard]] sys::RecordLock lock_pages(PageNumber first, PageNumber count,
                                             sys::RecordLock::Mode mode) const;

    std::string path_;
    std::uint64_t max_size_;
    bool sync_;
    sys::Descriptor file_;
    std::optional<sys::SoleOpener> sole_opener_;
    int why_read_only_ = 0;
    bool had_damaged_start_ = false;
    bool is_open_to_others_ = false;
    Seed seed_{};
};

} // namespace store
