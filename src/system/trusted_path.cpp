#include "system/trusted_path.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

namespace sys {

namespace {

constexpr int most_links = 40; // as the kernel follows

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// In a folder with the sticky bit everybody has only his own.
bool may_be_replaced_by_others(const std::string& folder) {
    struct stat status = {};
    return stat(folder.c_str(), &status) != 0 || !is_ours(status) ||
           ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0);
}

std::string target_of(const std::string& link) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlink(link.c_str(), target.data(), target.size());
    return {target.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
}

} // namespace

bool is_ours(const struct stat& status) {
    return status.st_uid == 0 || status.st_uid == geteuid();
}

// Component by component, as the kernel goes.
bool is_trusted_path(const std::string& path) {
    std::string rest = path;
    std::string done = path.starts_with('/') ? "/" : "./";
    int links = 0;
    while (!rest.empty()) {
        const std::size_t slash = rest.find('/');
        const std::string name = rest.substr(0, slash);
        rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
        struct stat status = {};
        if (name.empty() || lstat((done + name).c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) {
            done.append(name).append(name.empty() ? "" : "/");
            continue;
        }
        if (++links > most_links || !is_ours(status) || may_be_replaced_by_others(done)) {
            return false;
        }
        const std::string target = target_of(done + name);
        done = target.starts_with('/') ? "/" : done;
        rest = rest.empty() ? target : std::string{target}.append(1, '/').append(rest);
    }
    return true;
}

bool is_in_its_owners_folder(const std::string& path, const struct stat& status) {
    struct stat folder = {};
    return geteuid() == 0 && stat(folder_of(path).c_str(), &folder) == 0 && folder.st_uid == status.st_uid &&
           (folder.st_mode & S_IWOTH) == 0;
}

} // namespace sys
