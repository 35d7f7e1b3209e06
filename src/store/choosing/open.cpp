#include "store/choosing/open.hpp"

#include "store/file/file_archive.hpp"
#include "store/file/file_store.hpp"
#include "store/redis/redis_archive.hpp"
#include "store/redis/redis_store.hpp"
#include "system/read_file.hpp"
#include "system/trouble.hpp"

namespace store {

bool is_file(const std::string& name) {
    return !redis::is_meant_by(name);
}

std::unique_ptr<Store> open_store(const Settings& settings, const Keeping& keeping, Allowance& time,
                                  bool stays) {
    if (!is_file(settings.name)) {
        return std::make_unique<redis::RedisStore>(settings, keeping, time);
    }
    return std::make_unique<FileStore>(settings.name, settings.max_size, settings.sync, keeping, stays);
}

std::unique_ptr<Store> expect_to_ask(const Settings& settings, Allowance& time) {
    if (is_file(settings.name)) {
        return nullptr;
    }
    try {
        auto store = std::make_unique<redis::RedisStore>(settings, Keeping{}, time);
        store->begin_to_dial();
        return store;
    } catch (const sys::Trouble&) {
        return nullptr; // who opens it in earnest says why
    }
}

std::unique_ptr<Looking> look_into_store(const Settings& settings, const Keeping& keeping, Allowance& time) {
    const bool is_there = !is_file(settings.name) || !sys::is_missing(settings.name);
    return std::make_unique<Looking>(is_there ? open_store(settings, keeping, time, false) : nullptr);
}

std::unique_ptr<Archive> open_archive(const Settings& settings, const Keeping& keeping) {
    if (!is_file(settings.name)) {
        return std::make_unique<redis::RedisArchive>(settings, keeping);
    }
    return std::make_unique<FileArchive>(settings.name, settings.max_size, settings.sync);
}

} // namespace store
