#include "transfer/input.hpp"

#include "system/trouble.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace transfer {

namespace {

constexpr std::size_t chunk_size = 65'536;

// A line as it grows, up to its limit.
class Line {
  public:
    explicit Line(std::size_t longest) : longest_(longest) {}

    void add(std::string_view part) {
        is_too_long_ = is_too_long_ || text_.size() + part.size() > longest_;
        if (!is_too_long_) {
            text_ += part;
        }
        is_begun_ = is_begun_ || !part.empty();
    }

    [[nodiscard]] bool is_begun() const { return is_begun_; }

    void give_to(const std::function<void(std::optional<std::string_view>)>& take) {
        std::string_view text{text_};
        while (!text.empty() && text.back() == '\r') {
            text.remove_suffix(1);
        }
        take(is_too_long_ ? std::nullopt : std::optional{text});
        text_.clear();
        is_too_long_ = false;
        is_begun_ = false;
    }

  private:
    std::size_t longest_;
    std::string text_;
    bool is_too_long_ = false;
    bool is_begun_ = false;
};

} // namespace

void each_line(std::FILE* file, const std::string& path, std::size_t longest,
               const std::function<void(std::optional<std::string_view>)>& take) {
    std::array<char, chunk_size> chunk{};
    Line line{longest};
    while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file)) {
        std::string_view text{chunk.data(), size};
        for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            line.add(text.substr(0, end));
            line.give_to(take);
            text.remove_prefix(end + 1);
        }
        line.add(text);
    }
    if (std::ferror(file) != 0) {
        throw sys::Trouble("read", path, errno);
    }
    if (line.is_begun()) {
        line.give_to(take);
    }
}

std::string Inputs::place(std::size_t number) const {
    const auto after =
        std::upper_bound(files_.begin(), files_.end(), number,
                         [](std::size_t line, const auto& file) { return line <= file.first; });
    const auto& [before, path] = *std::prev(after);
    return path + ':' + std::to_string(number - before);
}

} // namespace transfer
