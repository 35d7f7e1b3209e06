#define PCRE2_CODE_UNIT_WIDTH 8 // NOLINT: pcre2.h wants it

#include "linked_libraries.hpp"

#include <ares.h>
#include <boost/version.hpp>
#include <cdb.h>
#include <hiredis/hiredis.h>
#include <idn2.h>
#include <libpsl.h>
#include <pcre2.h>
#include <sha1.h>
#include <sodium.h>
#include <unistr.h>
#include <unistring/version.h>
#include <xxhash.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include <array>
#include <string_view>

// Of each library a function that is needed wherever the library is. Weak, a name brings nothing into a program: where
// nobody else needs it, it is absent.
#pragma weak ares_init_options
#pragma weak cdb_unpack
#pragma weak crypto_shorthash
#pragma weak idn2_lookup_u8
#pragma weak pcre2_match_8
#pragma weak psl_get_version
#pragma weak redisReaderFeed
#pragma weak SHA1Init
#pragma weak u8_check

namespace {

std::string numbers(unsigned high, unsigned middle, unsigned low) {
    return std::to_string(high) + "." + std::to_string(middle) + "." + std::to_string(low);
}

std::string version_of_pcre2() {
    std::array<char, 64> text{};
    pcre2_config(PCRE2_CONFIG_VERSION, text.data());
    return {text.data()};
}

std::string version_of_unistring() {
    const auto version = static_cast<unsigned>(_libunistring_version);
    return numbers(version >> 16U, version >> 8U & 0xFFU, version & 0xFFU);
}

} // namespace

std::string linked_libraries() {
    std::string text;
    const auto add = [&](std::string_view name, const std::string& its_version) {
        text.append(text.empty() ? "" : ", ").append(name).append(" ").append(its_version);
    };
    add("Boost", numbers(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100));
    if (ares_init_options != nullptr) {
        add("c-ares", ares_version(nullptr));
    }
    if (redisReaderFeed != nullptr) {
        add("hiredis", numbers(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH));
    }
    if (idn2_lookup_u8 != nullptr) {
        add("libidn2", idn2_check_version(nullptr));
    }
    if (SHA1Init != nullptr) {
        add("libmd", "(it has no number)");
    }
    if (psl_get_version != nullptr) {
        add("libpsl", psl_get_version());
    }
    if (crypto_shorthash != nullptr) {
        add("libsodium", sodium_version_string());
        add("xxHash",
            numbers(XXH_VERSION_MAJOR, XXH_VERSION_MINOR, XXH_VERSION_RELEASE)); // both are the state's
    }
    if (u8_check != nullptr) {
        add("libunistring", version_of_unistring());
    }
    if (pcre2_match_8 != nullptr) {
        add("PCRE2", version_of_pcre2());
    }
    if (cdb_unpack != nullptr) {
        constexpr double tinycdb = TINYCDB_VERSION;
        add("tinycdb", std::to_string(tinycdb).substr(0, 4));
    }
#ifdef __GLIBC__
    add("glibc", gnu_get_libc_version());
#endif
    return text;
}
