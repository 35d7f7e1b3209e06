#include "rules/compiled.hpp"

#include "system/hexadecimal.hpp"
#include "system/trouble.hpp"

#include <cdb.h>

#include <algorithm>
#include <cerrno>

namespace rules {

namespace {

Check check_of(std::string_view text) {
    return sys::hexadecimal<8>(cdb_hash(text.data(), static_cast<unsigned>(text.size())));
}

} // namespace

std::string with_check(std::string_view rest) {
    std::string value(Check{}.size() + 1, ' ');
    put_check(value.append(rest));
    return value;
}

void put_check(std::string& value) {
    const Check check = check_of(std::string_view{value}.substr(Check{}.size() + 1));
    std::copy(check.begin(), check.end(), value.begin());
}

Compiled::Compiled(std::string path, sys::Descriptor file) : cdb_(std::move(path), std::move(file)) {
    bool is_ours = false;
    find(index_key, [&](const Record& record) {
        index_ = record.value;
        return is_ours = true;
    });
    if (!is_ours) {
        throw sys::Trouble{"read", cdb_.path(), "not compiled rules of this version"};
    }
}

Compiled::Record Compiled::checked(const Record& record) const {
    Record result = record;
    const std::string_view check = result.value.substr(0, Check{}.size());
    if (result.value.size() <= check.size() || result.value[check.size()] != ' ') {
        damaged(record.key);
    }
    result.value.remove_prefix(check.size() + 1);
    const Check right = check_of(result.value);
    if (check != std::string_view{right.data(), right.size()}) {
        damaged(record.key);
    }
    return result;
}

void Compiled::find(std::string_view key, const std::function<bool(const Record&)>& use) const {
    cdb_.find(key, [&](const Record& record) { return use(checked(record)); });
}

void Compiled::prove(std::string_view key) const {
    if (!cdb_.is_sound(key)) {
        damaged(key);
    }
}

void Compiled::each(const std::function<void(const Record&)>& use) const {
    struct Mapping {
        cdb it{};
        ~Mapping() { cdb_free(&it); }
    } mapping;
    cdb* const file = &mapping.it;
    if (cdb_init(file, cdb_.descriptor()) != 0) {
        throw sys::Trouble{"map", cdb_.path(), errno};
    }
    unsigned cursor = 0;
    cdb_seqinit(&cursor, file);
    for (unsigned before = cursor;; before = cursor) {
        const int state = cdb_seqnext(&cursor, file);
        if (state == 0) {
            return;
        }
        const auto* const key = state < 0 ? nullptr : static_cast<const char*>(cdb_getkey(file));
        const auto* const value = state < 0 ? nullptr : static_cast<const char*>(cdb_getdata(file));
        if (key == nullptr || value == nullptr || cursor <= before) {
            damaged("number " + std::to_string(before));
        }
        const Record record = checked({before, {key, cdb_keylen(file)}, {value, cdb_datalen(file)}});
        if (record.key != index_key) {
            use(record);
        }
    }
}

} // namespace rules
