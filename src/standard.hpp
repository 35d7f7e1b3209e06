// What most sources include of the standard library. The compiler reads it once for all of them (Makefile, PCH), and none
// depends on it: each includes what it uses.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
