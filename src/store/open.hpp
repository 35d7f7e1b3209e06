// Which store a name means: the only place that knows all of them.
#pragma once

#include "store/archive.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace store {

// A state, as it is configured.
struct Where {
    std::string name;
    std::uint64_t max_size = 0; // bytes
    bool sync = false;          // every change is on the disk before it is answered
    bool stays = false;         // it is to be asked many times: it may take more memory for less time
};

// Opens it, or creates it where it is missing. Throws sys::Trouble.
std::unique_ptr<Store> open_store(const Where& where, const Keeping& keeping);
// Opens nothing yet: each of its functions does.
std::unique_ptr<Archive> open_archive(const Where& where);

} // namespace store
