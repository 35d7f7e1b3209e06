#include "store/redis/record_text.hpp"

#include "greylist/kind.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>

namespace redis {

namespace {

constexpr std::size_t longest_key = 3500;

} // namespace

std::string name_of(std::string_view prefix, const Key& key) {
    if (key.text.size() > longest_key) {
        throw sys::Trouble("remember", sys::cleaned(key.text, 100), "its key is too long");
    }
    std::string name{prefix};
    return name.append(1, static_cast<char>(key.kind)).append(1, ' ').append(key.text);
}

std::string value_of(const Record& record) {
    const std::size_t key_start = greylist::row_of(record.key.kind).key_start;
    return line_of(record).substr(2,
                                  key_start - 3); // after the letter and a blank, before a blank and the key
}

std::optional<Key> key_in(std::string_view prefix, std::string_view name) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    if (name.size() < 3 || name[1] != ' ' || greylist::row_of(name[0]) == nullptr) {
        return std::nullopt;
    }
    return Key{static_cast<greylist::Kind>(name[0]), std::string{name.substr(2)}};
}

std::optional<Record> record_in(const Key& key, std::string_view value) {
    const std::size_t size = greylist::row_of(key.kind).key_start - 3;
    if (value.size() != size) {
        return std::nullopt;
    }
    std::string line(1, static_cast<char>(key.kind));
    return greylist::record_of(line.append(1, ' ').append(value).append(1, ' ').append(key.text));
}

std::int64_t kept_for(const Record& record, const store::Keeping& keeping) {
    const sys::Seconds life = lifetime(record, keeping.rule);
    const sys::Seconds age = std::max(sys::Seconds{0}, keeping.now - record.last);
    return keeping.is_forgotten(record)
               ? 0
               : (life + std::min<sys::Seconds>(life, store::clock_may_fall_back) - age).count();
}

} // namespace redis
