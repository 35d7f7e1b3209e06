#include "rules/table.hpp"

#include "rules/compiled.hpp"
#include "rules/ending.hpp"
#include "rules/entry.hpp"
#include "rules/expression.hpp"
#include "rules/keys.hpp"
#include "rules/order.hpp"
#include "rules/patterns.hpp"
#include "rules/verdict_text.hpp"
#include "system/lines.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace rules {

namespace {

// What a request brings, field by field. Its texts live here: it stays where it is made.
class Values {
  public:
    explicit Values(const Subject& subject) {
        set(Field::client, subject.client_name);
        set(Field::reverse, subject.reverse_client_name);
        set(Field::helo, subject.helo_name);
        set(Field::sender, subject.sender);
        set(Field::recipient, subject.recipient);
        set(Field::sasl, subject.sasl_username);
        set(Field::server, subject.server_address);
        values_[static_cast<std::size_t>(Field::client)].address = subject.client_address;
        values_[static_cast<std::size_t>(Field::server)].address =
            sys::Address::parse(subject.server_address);
    }
    Values(const Values&) = delete;
    Values& operator=(const Values&) = delete;

    [[nodiscard]] const Value& of(Field field) const { return values_[static_cast<std::size_t>(field)]; }

  private:
    std::array<std::string, field_count> folded_;
    std::array<Value, field_count> values_;

    void set(Field field, std::string_view text) {
        const auto i = static_cast<std::size_t>(field);
        values_[i] = value_of(text.substr(0, longest_value), folded_[i]);
    }
};

// False, and `key` as it was, where the request has no key of this shape.
bool append_key(std::string& key, const Shape& shape, const Values& values) {
    const std::size_t before = key.size();
    key.append(shape.is_default ? "default" : "");
    for (const Form& form : shape) {
        key.append(key.size() == before ? "" : " ").append(name_of(form.field)).append(" ");
        if (!append_text(key, form, values.of(form.field))) {
            key.resize(before);
            return false;
        }
    }
    return true;
}

std::string reason_of(const Shape& shape, const Verdict& verdict) {
    if (verdict.kind == Verdict::Kind::pass && shape.size == 1 && !shape.is_default) {
        if (shape.forms[0].field == Field::client) {
            return "client whitelist";
        }
        if (shape.forms[0].field == Field::recipient) {
            return "recipient whitelist";
        }
    }
    return "rule";
}

} // namespace

// A record that was found under a key of the request. Its expressions, if it has any, are yet to be asked.
struct Found {
    Shape shape;
    std::uint32_t place = 0;
    std::string key;
    std::string value;
};

// What its value says.
struct Contents {
    std::string_view source;
    std::string_view saying; // expressions and verdict
    std::array<std::string_view, field_count> expressions;
    std::string_view verdict;
};

struct Table::Parts {
    Parts(const std::string& path, sys::Descriptor file) : compiled(path, std::move(file)) {}

    Compiled compiled;
    std::vector<std::string> remarks;

    Contents contents_of(const Found& found) const {
        Contents contents;
        std::string_view rest = found.value;
        contents.source = sys::take_until(rest, ' ');
        contents.saying = rest;
        for (std::size_t i = 0; i < found.shape.expressions(); ++i) {
            const std::string_view word = sys::take_until(rest, ' ');
            if (word.size() < 2 || word.front() != '/' || word.back() != '/') {
                compiled.damaged(found.key);
            }
            contents.expressions[i] = word.substr(1, word.size() - 2);
        }
        contents.verdict = rest;
        return contents;
    }

    bool matches(const Found& found, const Values& values) {
        const Contents contents = contents_of(found);
        const auto* expression = contents.expressions.data();
        for (const Form& form : found.shape) {
            if (form.kind == Kind::ending &&
                !matches(contents.source, *expression++, values.of(form.field).original)) {
                return false;
            }
        }
        return true;
    }

    bool matches(std::string_view source, std::string_view expression, std::string_view value) {
        if (!may_match(expression, value)) {
            return false;
        }
        const Answer answer = ask_expression(expression, value);
        if (answer == Answer::gave_up) {
            std::string remark = "rule ";
            remark.append(sys::log_value(source))
                .append(": /")
                .append(sys::log_value(expression))
                .append("/ is over the limits of matching on ");
            remark.append(sys::log_value(value)).append(": taken as not matching");
            remarks.push_back(std::move(remark));
        }
        return answer == Answer::matches;
    }

    // Seconds; 0 where the index has no such word.
    std::int64_t window_in(std::string_view index) const {
        const std::string_view word = index.substr(index.rfind(' ') + 1);
        if (!word.starts_with(window_word)) {
            return 0;
        }
        std::int64_t seconds = 0;
        const auto [end, error] =
            std::from_chars(word.data() + window_word.size(), word.data() + word.size(), seconds);
        if (error != std::errc{} || end != word.data() + word.size()) {
            compiled.damaged(index_key);
        }
        return seconds;
    }

    Match answer(const Found& found) const {
        try {
            const Contents contents = contents_of(found);
            Match match;
            match.verdict = verdict_from(contents.verdict);
            match.reason = reason_of(found.shape, match.verdict);
            match.source = contents.source;
            match.entry = entry_text(found.key, contents.saying);
            return match;
        } catch (const Unreadable&) {
            compiled.damaged(found.key);
        }
    }

    // The first record, in the order of the shapes and then of the writing, whose key the request has and
    // whose expressions match.
    std::optional<Found> first(const Values& values, Tried* tried) {
        std::vector<Found> candidates; // of shapes among which only the order of writing decides
        Shape before;
        std::string key;
        key.reserve(2 * longest_value);
        for (std::string_view index = compiled.index(); !index.empty();) {
            if (index.starts_with(window_word)) {
                break; // the last word, and no shape
            }
            const auto shape = shape_from(sys::take_until(index, ' '));
            if (!shape) {
                compiled.damaged(index_key);
            }
            if (!candidates.empty() && compare(before, *shape) != 0) {
                if (auto found = first_match(candidates, values)) {
                    return found;
                }
            }
            before = *shape;
            key.clear();
            if (!append_key(key, *shape, values)) {
                continue;
            }
            if (tried != nullptr) {
                tried->push_back(key);
            }
            compiled.find(key, [&](const Compiled::Record& record) {
                candidates.push_back(
                    {*shape, record.place, std::string{record.key}, std::string{record.value}});
                return shape->expressions() == 0;
            });
        }
        return first_match(candidates, values);
    }

    // That no entry which would have decided before `decided` is hidden by a damaged byte. Throws
    // sys::Trouble.
    void prove(const Values& values, const Shape& decided) const {
        std::string key;
        for (std::string_view index = compiled.index(); !index.empty() && !index.starts_with(window_word);) {
            const auto shape = shape_from(sys::take_until(index, ' '));
            if (!shape || compare(*shape, decided) > 0) {
                return; // a wrong index was told before
            }
            key.clear();
            if (append_key(key, *shape, values)) {
                compiled.prove(key);
            }
        }
    }

    std::optional<Found> first_match(std::vector<Found>& candidates, const Values& values) {
        std::sort(candidates.begin(), candidates.end(),
                  [](const Found& a, const Found& b) { return a.place < b.place; });
        const auto found = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const Found& candidate) { return matches(candidate, values); });
        std::optional<Found> result;
        if (found != candidates.end()) {
            result = std::move(*found);
        }
        candidates.clear();
        return result;
    }
};

Table::Table(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Table::Table(const std::string& path) : Table(std::make_unique<Parts>(path, CdbSearch::opened(path))) {}
Table::~Table() = default;
Table::Table(Table&&) noexcept = default;

std::optional<Table> Table::if_there(const std::string& path) {
    sys::Descriptor file = CdbSearch::opened(path);
    if (!file.is_open() && errno == ENOENT) {
        return std::nullopt;
    }
    return Table{std::make_unique<Parts>(path, std::move(file))};
}

void Table::stay() {
    parts_->compiled.stay();
}

std::optional<Match> Table::match(const Subject& subject, Tried* tried) const {
    const Values values{subject};
    const auto found = parts_->first(values, tried);
    if (!found) {
        return std::nullopt;
    }
    Match match = parts_->answer(*found);
    if (match.verdict.kind == Verdict::Kind::action) {
        // An entry that a damaged byte hides might have let this mail pass.
        parts_->prove(values, found->shape);
    }
    return match;
}

sys::Seconds Table::longest_retry_window() const {
    return sys::Seconds{parts_->window_in(parts_->compiled.index())};
}

sys::Identity Table::identity() const {
    return sys::Identity::of(parts_->compiled.descriptor());
}

std::vector<std::string> Table::remarks() const {
    return parts_->remarks;
}

} // namespace rules
