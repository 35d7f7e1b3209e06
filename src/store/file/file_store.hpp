// A flat text file that many processes share (greyonce-state(5)), behind store/store.hpp.
// It knows how to find, lock and write a record; what a record means is asked of others.
#pragma once

#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace store {

class FileStore final : public Store {
  public:
    // Opens `path`, or creates it (greyonce-state(5)). A file that may only be read is opened for reading.
    // `max_size` in bytes; `sync`: every change is on the disk before update() returns; `stays`: many requests are
    // expected, and up to 5 MiB may be kept to answer them sooner.
    // Throws sys::Trouble: cannot be opened or created, not ours, of an unknown version.
    FileStore(const std::string& path, std::uint64_t max_size, bool sync, const Keeping& keeping,
              bool stays = false);
    ~FileStore() override;

    // All under one lock: two callers with one key come one after the other. `step` is called once.
    void update(const Key& key, const Step& step) override;
    Glance glance(const Key& key) override;
    Glance glance_at_stored(const Key& key) override;
    Glance glance_at_seen(const Key& key) override;
    // Whether it may be written, and its path still leads to it.
    [[nodiscard]] bool is_current() const override;
    void keep(const Keeping& keeping) override;
    [[nodiscard]] std::vector<std::string> remarks() const override;
    // Where no page can be added, and where every user may read or write the file.
    std::vector<Notice> take_notices() override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace store
