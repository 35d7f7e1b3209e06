#include "rules/rules_file.hpp"

#include "rules/lines.hpp"
#include "rules/postgrey_lists.hpp"
#include "rules/verdict_text.hpp"
#include "settings/action.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace rules {

namespace {

// Files that include one another: more of them are a circle.
constexpr std::size_t deepest_include = 16;

// What is wrong with a line: the word, and what was expected.
struct Fault {
    std::string what;
    std::string expected;
};

std::string_view without_comment(std::string_view text) {
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t start = text.size() - rest.size();
        if (take_blank_word(rest).starts_with('#')) {
            text = text.substr(0, start);
            break;
        }
    }
    return trimmed(text);
}

// The words of a verdict with one blank between them; an action's text is left as it is.
std::string even_words(std::string_view text) {
    std::string even;
    while (!text.empty()) {
        even.append(even.empty() ? "" : " ").append(take_blank_word(text));
    }
    return even;
}

void check_action(const std::string& action) {
    if (sys::one_line(action) != action) {
        throw Fault{action, "expected UTF-8 without control characters"};
    }
    if (action == "REJECT" || action == "DEFER") {
        throw Fault{action, "expected a text after it, which the mail's sender is told"};
    }
    if (const auto wrong = settings::whats_wrong(action)) {
        throw Fault{action, "expected an action that Postfix takes, not " + *wrong};
    }
}

std::string verdict_in(std::string_view rest) {
    const std::string_view word = take_blank_word(rest);
    if (word.empty() || word.starts_with('#')) {
        throw Fault{
            "the end of the line",
            "expected a verdict: pass, greylist, ask NAME, reject TEXT, defer TEXT or another action"};
    }
    const std::string name = sys::lower_case(word);
    std::string text{word};
    if (name == "pass" || name == "greylist" || name == "ask") {
        rest = without_comment(rest);
        text.append(rest.empty() ? "" : " ").append(even_words(rest));
    } else {
        text.append(rest.empty() ? "" : " ").append(rest);
    }
    Verdict verdict;
    try {
        verdict = verdict_from(text);
    } catch (const Unreadable& unreadable) {
        throw Fault{unreadable.what.empty() ? text : unreadable.what, unreadable.expected};
    }
    if (verdict.kind == Verdict::Kind::action) {
        check_action(verdict.action);
    }
    return text_of(verdict);
}

class Reader {
  public:
    explicit Reader(Compiler& compiler) : compiler_(compiler) {}

    void read(const std::string& path) {
        open_.push_back(path);
        read_lines(path, Comments::of_whole_lines, compiler_.complaints(), [&](const Line& line) {
            try {
                read_line(line);
            } catch (const Fault& fault) {
                compiler_.complaints().wrong(line.source, fault.what, fault.expected);
            }
        });
        open_.pop_back();
    }

  private:
    Compiler& compiler_;
    std::vector<std::string> open_; // the files that are being read, each included by the one before
    PatternReader patterns_;
    Entry entry_;

    // Verdicts that were read lately: a million entries have few.
    struct Known {
        std::string text;
        std::string verdict;
    };
    std::vector<Known> verdicts_ = std::vector<Known>(4096);

    void read_line(const Line& line) {
        Words words{line.text};
        if (words.word() == "include") {
            words.next();
            include(without_comment(words.rest()));
            return;
        }
        const auto written = read_source(words);
        read_entry(words);
        compiler_.add(entry_, line.source, written);
    }

    // Where the line does not begin with `at SOURCE`, nothing.
    static std::optional<std::string> read_source(Words& words) {
        if (words.word() != "at") {
            return std::nullopt;
        }
        words.next();
        std::string source{words.word()};
        const std::size_t colon = source.rfind(':');
        if (colon == std::string::npos || colon + 1 == source.size() ||
            source.find_first_not_of("0123456789", colon + 1) != std::string::npos) {
            throw Fault{"at " + source, "expected FILE:LINE"};
        }
        words.next();
        return source;
    }

    void read_entry(Words& words) {
        entry_.size = 0;
        entry_.is_default = words.word() == "default";
        if (entry_.is_default) {
            words.next();
        }
        while (const auto field = field_named(words.word())) {
            words.next();
            read_pattern(*field, words.word());
            words.next();
        }
        if (entry_.size == 0 && !entry_.is_default) {
            throw Fault{
                std::string{words.word()},
                "expected client, reverse, helo, sender, recipient, sasl, server, default or include"};
        }
        read_verdict(words.rest());
        if (entry_.size > 1) {
            std::sort(entry_.patterns.begin(),
                      entry_.patterns.begin() + static_cast<std::ptrdiff_t>(entry_.size),
                      [](const Pattern& a, const Pattern& b) { return a.form.field < b.form.field; });
        }
    }

    void read_verdict(std::string_view text) {
        Known& known = verdicts_[std::hash<std::string_view>{}(text) % verdicts_.size()];
        if (known.text != text || known.verdict.empty()) {
            known = {std::string{text}, verdict_in(text)};
        }
        entry_.verdict = known.verdict;
    }

    void read_pattern(Field field, std::string_view word) {
        const std::string name{name_of(field)};
        if (word.empty() || word.starts_with('#')) {
            throw Fault{name, "expected a pattern after it"};
        }
        if (std::any_of(entry_.begin(), entry_.end(),
                        [field](const Pattern& p) { return p.form.field == field; })) {
            throw Fault{name + ' ' + std::string{word}, "expected each field once"};
        }
        try {
            patterns_.read(field, word, entry_.patterns[entry_.size]);
            ++entry_.size;
        } catch (const Unreadable& unreadable) {
            throw Fault{name + ' ' + std::string{word}, unreadable.expected};
        }
    }

    void include(std::string_view words) {
        std::string_view rest = words;
        std::string_view format = take_blank_word(rest);
        if (rest.empty() ||
            (format != "rules" && format != "whitelist-clients" && format != "whitelist-recipients")) {
            rest = words;
            format = "rules";
        }
        if (rest.empty()) {
            throw Fault{"include", "expected a file after it"};
        }
        if (open_.size() == deepest_include) {
            throw Fault{std::string{rest}, "expected no more than " + std::to_string(deepest_include) +
                                               " files that include one another"};
        }
        const std::string path = std::filesystem::path{open_.back()}.replace_filename(std::string{rest});
        const std::size_t depth = open_.size();
        try {
            read_as(format, path);
        } catch (const sys::Trouble& trouble) {
            open_.resize(depth);
            throw Fault{std::string{rest},
                        std::string{"expected a file that can be read: "} + trouble.what()};
        }
    }

    void read_as(std::string_view format, const std::string& path) {
        if (format == "whitelist-clients") {
            read_client_list(path, compiler_);
        } else if (format == "whitelist-recipients") {
            read_recipient_list(path, compiler_);
        } else {
            read(path);
        }
    }
};

} // namespace

void read_rules(const std::string& path, Compiler& compiler) {
    Reader{compiler}.read(path);
}

} // namespace rules
