// Any bytes as a configuration file: settings or complaints, never a crash.
#include "options.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = memfd_create("config", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
        std::abort();
    }
    Settings settings;
    for (const std::string& complaint : read_config(path, true, settings)) {
        if (complaint.find("expected") == std::string::npos &&
            complaint.find("no such option") == std::string::npos) {
            std::fprintf(stderr, "%s\n", complaint.c_str());
            std::abort();
        }
    }
    return 0;
}
