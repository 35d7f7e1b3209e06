// Replacing a file as a whole: a program that opens it sees the old or the new one, never a part, also after a power
// failure.
#pragma once

#include "system/descriptor.hpp"

#include <string>

#include <sys/stat.h>

namespace sys {

class Replacement {
  public:
    // Makes an empty temporary file in the directory of `path`, with the mode and owner of the old file; a
    // new one's mode is 0666 less the umask. Where `path` is a symbolic link, the file that it leads to is
    // replaced, or made. Throws Trouble.
    // Without commit() the old file stays as it is, and the temporary one goes with this. It has no name
    // until commit(), so that a process which is ended leaves nothing behind, where the file system has such
    // files.
    explicit Replacement(std::string path);

    // Of the temporary file, to be written to and read.
    [[nodiscard]] int descriptor() const { return file_.number(); }

    // Puts the temporary file on the disk and renames it over the old one. Throws Trouble.
    void commit();

  private:
    std::string path_;
    std::string place_; // the file itself, behind all links
    struct Temporary {
        std::string name; // empty where it has none, or has taken the place
        Temporary() = default;
        Temporary(const Temporary&) = delete;
        Temporary& operator=(const Temporary&) = delete;
        ~Temporary();
    };
    Temporary temporary_;
    Descriptor directory_;
    Descriptor file_;

    [[nodiscard]] std::string new_name() const; // one that is free
    void make_named();
    void give_name();
    void keep_mode_and_owner(const struct stat& old) const;
};

} // namespace sys
