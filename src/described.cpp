#include "described.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <utility>

namespace po = boost::program_options;

namespace {

class Value : public po::value_semantic {
  public:
    explicit Value(Described option) : option_(std::move(option)) {}

    [[nodiscard]] std::string name() const override {
        std::string text{option_.takes};
        if (option_.is_optional) {
            text = "[=" + text + "]";
        }
        if (!option_.shown.empty()) {
            text.append(" (=").append(option_.shown).append(")");
        }
        return text;
    }
    [[nodiscard]] unsigned min_tokens() const override {
        return option_.takes.empty() || option_.is_optional ? 0 : 1;
    }
    [[nodiscard]] unsigned max_tokens() const override { return option_.takes.empty() ? 0 : 1; }
    [[nodiscard]] bool is_composing() const override { return true; }
    [[nodiscard]] bool is_required() const override { return false; }
    void parse(boost::any& /*store*/, const std::vector<std::string>& /*tokens*/,
               bool /*utf8*/) const override {}
    bool apply_default(boost::any& /*store*/) const override { return false; }
    void notify(const boost::any& /*store*/) const override {}

  private:
    Described option_;
};

} // namespace

void add_described(po::options_description& description, const Described& option) {
    description.add_options()(option.name.data(), new Value{option}, option.help.data());
}
