// A file with some bytes, which goes with the test.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

class TemporaryFile {
  public:
    explicit TemporaryFile(std::string_view bytes)
        : path_(std::filesystem::temp_directory_path() / "file-XXXXXX") {
        close(mkstemp(path_.data()));
        std::ofstream{path_, std::ios::binary} << bytes;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};
