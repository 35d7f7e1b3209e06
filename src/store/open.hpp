// Which store a name means: the only place that knows all of them.
#pragma once

#include "store/archive.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

#include <memory>

namespace store {

// Opens it, or creates it where it is missing. `stays`: it is to be asked many times, so that it may take more
// memory for less time. Throws sys::Trouble.
std::unique_ptr<Store> open_store(const Settings& settings, bool stays, const Keeping& keeping);
// Opens nothing yet: each of its functions does.
std::unique_ptr<Archive> open_archive(const Settings& settings);

} // namespace store
