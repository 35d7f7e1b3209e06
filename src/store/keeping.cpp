#include "store/store.hpp"

namespace store {

bool Keeping::is_forgotten(const Record& record) const {
    return greylist::is_forgotten(record, now, rule);
}

bool Keeping::may_go(const Record& record) const {
    return is_forgotten(record) && greylist::is_forgotten(record, now - clock_may_fall_back, rule);
}

Worth Keeping::worth(const Record& record) const {
    return worth_of(record, now, rule);
}

} // namespace store
