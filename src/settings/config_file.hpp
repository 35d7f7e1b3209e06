// The configuration file (greyonce.conf(5)), line by line. What a name means, others know. Pure.
//
//     line   = [ name "=" value ] [ "#" comment ]             blanks around name and value do not count
//     value  = quoted / *( any byte but "#" )
//     quoted = <"> *( any byte but <"> and "\" / "\" ( <"> / "\" ) / "\" ) <">
//
// A value that begins with a quotation mark and has no other at its end is no quoted one: it is taken as it
// stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settings {

struct ConfigLine {
    std::size_t number = 0; // from 1
    std::string name;       // empty where the line has something, and that is no name = value
    std::string value;
};

class ConfigFile {
  public:
    // A byte order mark before it is passed over.
    explicit ConfigFile(std::string_view text);

    // The next one that has more than blanks and a comment; none at the end.
    std::optional<ConfigLine> next();

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

// `value` as a line has to have it after its equals sign, so that it is read as it was. It has no line break.
std::string config_value(std::string_view value);

} // namespace settings
