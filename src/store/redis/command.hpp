// A command as a Redis server reads it: its words with their lengths, so that no byte of one is anything but that
// byte. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace redis {

using Words = std::vector<std::string_view>;

std::string command(const Words& words);

} // namespace redis
