#include "store/redis/command.hpp"

namespace redis {

std::string command(const Words& words) {
    std::string text = '*' + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words) {
        text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
    }
    return text;
}

} // namespace redis
