// Which store a name means: the only place that knows all of them.
#pragma once

#include "store/allowance.hpp"
#include "store/archive.hpp"
#include "store/looking.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

#include <memory>

namespace store {

// Opens it, or creates it where it is missing; servers are connected to when they are asked. `time`: what the request
// at hand may still wait for servers; it outlives the store. `stays`: more requests than one are expected. Throws sys::Trouble.
std::unique_ptr<Store> open_store(const Settings& settings, const Keeping& keeping, Allowance& time,
                                  bool stays);
// Where servers keep the state, begins to connect to them while the caller does something else, and waits for nothing. None
// where the state is a file, or cannot be opened now. Throws nothing.
std::unique_ptr<Store> expect_to_ask(const Settings& settings, Allowance& time);
// Nothing in it is changed, and nothing is created. Throws sys::Trouble.
std::unique_ptr<Looking> look_into_store(const Settings& settings, const Keeping& keeping, Allowance& time);
// Opens nothing yet: each of its functions does. By `keeping` servers are told how long to keep what is stored.
std::unique_ptr<Archive> open_archive(const Settings& settings, const Keeping& keeping);

// Whether a state of this name is a file.
bool is_file(const std::string& name);

} // namespace store
