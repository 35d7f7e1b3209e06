// Who takes part in a bench: command lines with `--` between them, and each one's input with a number that no
// other run has.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using Words = std::vector<char*>; // ends with a null, as execve(2) wants it

inline std::vector<Words> parties_of(int argc, char** argv, int first) {
    std::vector<Words> parties(1);
    for (int i = first; i < argc; ++i) {
        if (std::strcmp(argv[i], "--") == 0) {
            parties.emplace_back();
        } else {
            parties.back().push_back(argv[i]);
        }
    }
    for (Words& words : parties) {
        words.push_back(nullptr);
    }
    return parties;
}

[[noreturn]] inline void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

[[noreturn]] inline void end(const std::string& why) {
    static_cast<void>(std::fputs((why + '\n').c_str(), stderr));
    std::exit(1);
}

inline std::string contents_of(const char* path) {
    std::FILE* file = std::fopen(path, "rb");
    if (file == nullptr) {
        fail(path);
    }
    std::string text;
    for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) {
        text.push_back(static_cast<char>(byte));
    }
    static_cast<void>(std::fclose(file));
    return text;
}

// Text in which each `#######` is to become a number.
class Numbered {
  public:
    explicit Numbered(std::string text) : text_(std::move(text)) {
        for (auto at = text_.find(mark); at != std::string::npos; at = text_.find(mark, at + mark.size())) {
            places_.push_back(at);
        }
    }

    const std::string& with_next_number() {
        const std::string digits = std::to_string(10'000'000 + next_++).substr(1);
        for (const std::size_t place : places_) {
            text_.replace(place, mark.size(), digits);
        }
        return text_;
    }

  private:
    static constexpr std::string_view mark{"#######"};
    std::string text_;
    std::vector<std::size_t> places_;
    static inline unsigned long next_ = 0; // one count for all
};

} // namespace bench
