// Which store a name means: the only place that knows all of them.
#pragma once

#include "store/archive.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

#include <memory>

namespace store {

// Opens it, or creates it where it is missing. Throws sys::Trouble.
std::unique_ptr<Store> open_store(const Settings& settings, const Keeping& keeping);
// Opens nothing yet: each of its functions does.
std::unique_ptr<Archive> open_archive(const Settings& settings);

} // namespace store
