#include "store/redis/place.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"
#include "system/whole_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace redis {

namespace {

constexpr std::string_view scheme = "redis:";

} // namespace

bool is_meant_by(std::string_view name) {
    return name.starts_with(scheme);
}

std::vector<sys::Endpoint> servers_in(std::string_view name) {
    std::vector<sys::Endpoint> servers;
    if (!is_meant_by(name)) {
        return servers;
    }
    for (std::string_view rest = name.substr(scheme.size());;) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        auto server = sys::parse_endpoint(rest.substr(0, comma));
        if (!server) {
            return {};
        }
        servers.push_back(*std::move(server));
        if (comma == rest.size()) {
            return servers;
        }
        rest.remove_prefix(comma + 1);
    }
}

Login login_in(const std::string& path) {
    if (path.empty()) {
        return {};
    }
    constexpr std::size_t longest = 1024;
    const sys::Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    struct stat status = {};
    if (!file.is_open() || fstat(file.number(), &status) != 0) {
        throw sys::Trouble("read", path, errno);
    }
    if ((status.st_mode & S_IRWXO) != 0) {
        throw sys::Trouble("use", path, "every user may read or write it: chmod 640");
    }
    std::array<char, longest + 1> bytes{};
    const std::size_t size = sys::read_at(file.number(), 0, bytes.data(), bytes.size(), path);
    std::string_view line{bytes.data(), size};
    line = line.substr(0, line.find('\n'));
    const std::size_t blank = line.find(' ');
    const bool is_line = !line.empty() && size <= longest && blank != 0 && blank + 1 != line.size() &&
                         line.find('\0') == std::string_view::npos;
    if (!is_line) {
        throw sys::Trouble("use", path, "expected one line: PASSWORD, or USER PASSWORD");
    }
    return blank == std::string_view::npos
               ? Login{.password = std::string{line}}
               : Login{std::string{line.substr(0, blank)}, std::string{line.substr(blank + 1)}};
}

} // namespace redis
