#include "store/looking.hpp"

#include <algorithm>

namespace store {

std::optional<Record> Looking::look(const Key& key) {
    const auto found = std::ranges::find(looks_, key, &Look::key);
    if (found != looks_.end()) {
        return found->seen;
    }
    std::optional<Record> seen;
    if (behind_) {
        const Glance glance = behind_->glance(key);
        seen = glance.seen;
        if (!glance.is_certain) {
            behind_->update(key, [&](const std::optional<Record>& record) {
                seen = record;
                return std::nullopt;
            });
        }
    }
    looks_.push_back({key, seen});
    return seen;
}

} // namespace store
