// What most tests include of GoogleTest and of the standard library. The compiler reads it once for all of them, and none
// depends on it (src/standard.hpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
