#include "system/confine.hpp"

#include <sys/resource.h>

#ifdef __linux__

#include "system/descriptor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <cstdlib>

#endif

namespace sys {

namespace {

void forbid(decltype(RLIMIT_CORE) resource) {
    const rlimit none{0, 0};
    static_cast<void>(setrlimit(resource, &none));
}

#ifdef __linux__

// <linux/landlock.h> of Debian 12 knows less than the kernels that programs built there meet: its numbers are
// here.
constexpr long create_ruleset = 444;
constexpr long add_rule = 445;
constexpr long restrict_self = 446;
constexpr unsigned ask_version = 1U;
constexpr int path_beneath = 1;

struct Ruleset {
    std::uint64_t files;
    std::uint64_t ports;   // version 4
    std::uint64_t reaches; // version 6: what cannot be reached outside of what is so confined
};

struct __attribute__((packed)) Beneath {
    std::uint64_t allowed;
    std::int32_t folder;
};

namespace files {
constexpr std::uint64_t execute = 1U << 0U;
constexpr std::uint64_t write = 1U << 1U;
constexpr std::uint64_t remove_folder = 1U << 4U;
constexpr std::uint64_t remove = 1U << 5U;
constexpr std::uint64_t make_any = 0x7FU << 6U; // devices, folders, files, sockets, pipes, links
constexpr std::uint64_t make_file = 1U << 8U;
constexpr std::uint64_t rename_across = 1U << 13U;  // version 2
constexpr std::uint64_t truncate = 1U << 14U;       // version 3
constexpr std::uint64_t control_device = 1U << 15U; // version 5
} // namespace files

constexpr std::uint64_t listen_at_tcp = 1U << 0U;
constexpr std::uint64_t abstract_sockets_and_signals = 3U;

// All that a kernel of this version can be asked to forbid; it refuses what it does not know.
Ruleset ruleset_of(long version) {
    Ruleset rules{files::execute | files::write | files::remove_folder | files::remove | files::make_any, 0,
                  0};
    rules.files |= version >= 2 ? files::rename_across : 0;
    rules.files |= version >= 3 ? files::truncate : 0;
    rules.files |= version >= 5 ? files::control_device : 0;
    rules.ports = version >= 4 ? listen_at_tcp : 0;
    rules.reaches = version >= 6 ? abstract_sockets_and_signals : 0;
    return rules;
}

// Older kernels know a shorter structure, and refuse a longer one where the rest of it is not zero.
Descriptor made_ruleset(const Ruleset& rules) {
    return Descriptor{static_cast<int>(syscall(create_ruleset, &rules, sizeof(rules), 0))};
}

// The folder in which the file is written: behind links, as writing goes there.
std::string folder_of(std::string path) {
    char first_byte = 0;
    if (readlink(path.c_str(), &first_byte, 1) >= 0) {
        if (char* const behind = realpath(path.c_str(), nullptr)) {
            path = behind;
            std::free(behind); // NOLINT: realpath's
        }
    }
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

void allow(const Descriptor& ruleset, const Ruleset& rules, const std::string& path) {
    const Descriptor folder{open(folder_of(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    const std::uint64_t wanted = files::write | files::make_file | files::remove | files::truncate;
    const Beneath rule{wanted & rules.files, folder.number()};
    // Without its folder the state cannot be opened either, which then is told.
    static_cast<void>(syscall(add_rule, ruleset.number(), path_beneath, &rule, 0));
}

#endif

} // namespace

void give_up_privileges(Processes may_make) {
    forbid(RLIMIT_CORE);
    if (may_make == Processes::none) {
        forbid(RLIMIT_NPROC);
    }
#ifdef __linux__
    static_cast<void>(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
#endif
}

bool confine_writing([[maybe_unused]] const std::string& may_write) {
#ifdef __linux__
    const long version = syscall(create_ruleset, nullptr, 0, ask_version);
    if (version < 1) {
        return false;
    }
    const Ruleset rules = ruleset_of(version);
    const Descriptor ruleset = made_ruleset(rules);
    if (!ruleset.is_open()) {
        return false;
    }
    if (!may_write.empty()) {
        allow(ruleset, rules, may_write);
    }
    return syscall(restrict_self, ruleset.number(), 0) == 0;
#else
    return false;
#endif
}

} // namespace sys
