#include "weight/questions.hpp"

#include "weight/names.hpp"

namespace weight {

namespace {

class Wave {
  public:
    explicit Wave(const Answers& answers) : answers_(answers) {}

    void add(std::string_view name, Type type) {
        Question question{asked_name(name), type};
        if (can_be_asked(question.name) && !answers_.contains(question)) {
            questions_.insert(std::move(question));
        }
    }
    void add_addresses(std::string_view name) {
        add(name, Type::a);
        add(name, Type::aaaa);
    }

    [[nodiscard]] bool is_empty() const { return questions_.empty(); }
    [[nodiscard]] std::set<Question> take() { return std::move(questions_); }

  private:
    const Answers& answers_;
    std::set<Question> questions_;
};

void add_lists(Wave& wave, const Subject& subject, const std::vector<List>& lists, const Known& known) {
    for (const List& list : lists) {
        if (!known.dead_lists.contains(list.zone)) {
            wave.add(listed_name(subject.client, list.zone), Type::a);
        }
    }
}

void add_domain_lists(Wave& wave, const Subject& subject, const std::vector<List>& lists,
                      const Known& known) {
    const std::string sender = without_extension(subject.sender);
    for (const List& list : lists) {
        if (!known.dead_lists.contains(list.zone)) {
            wave.add(listed_domain_name(sender, list.zone), Type::a);
        }
    }
}

// A name, its parents, and the MX hosts that are known of them.
void add_names(Wave& wave, std::string_view whole, const Answers& answers) {
    for (const std::string& name : name_and_parents(whole)) {
        if (is_public_parent(name, whole)) {
            continue;
        }
        wave.add(name, Type::mx);
        wave.add_addresses(name);
        const auto mx = answers.find({asked_name(name), Type::mx});
        if (mx == answers.end()) {
            continue;
        }
        for (const std::string& host : mx->second.names) {
            wave.add_addresses(host);
        }
    }
}

} // namespace

std::set<Question> next_wave(const Subject& subject, const Settings& settings, const Known& known,
                             const Answers& answers) {
    Wave wave(answers);
    add_lists(wave, subject, settings.lists.dnsbl, known);
    add_lists(wave, subject, settings.lists.dnswl, known);
    const bool may_be_enough = settings.lists_only || known.lists_only || known.earlier_rate;
    if (may_be_enough && !wave.is_empty()) {
        return wave.take();
    }
    add_names(wave, domain_of(subject.sender), answers);
    add_names(wave, helo_name(subject), answers);
    wave.add(reverse_name(subject.client), Type::ptr);
    add_domain_lists(wave, subject, settings.lists.rhsbl, known);
    return wave.take();
}

} // namespace weight
