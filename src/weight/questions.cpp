#include "weight/questions.hpp"

#include "weight/names.hpp"

namespace weight {

namespace {

class Asking {
  public:
    Asking(const Answers& answers, const std::set<Question>& asked) : answers_(answers), asked_(asked) {}

    void add_list(std::string_view name) {
        Question question{asked_name(name), Type::a};
        if (is_wanted(question)) {
            wave_.lists.insert(std::move(question));
        }
    }
    // A name that is also a list's is asked as the list's: what we chose has more time.
    void add_name(std::string_view name, Type type) {
        Question question{asked_name(name), type};
        if (!is_wanted(question) || asked_.contains(question) || wave_.lists.contains(question) ||
            !names_.insert(question).second) {
            return;
        }
        const bool has_room = asked_.size() + wave_.names.size() < most_questions_of_names;
        (has_room ? wave_.names : wave_.beyond).push_back(std::move(question));
    }
    void add_addresses(std::string_view name) {
        add_name(name, Type::a);
        add_name(name, Type::aaaa);
    }

    [[nodiscard]] bool asks_lists() const { return !wave_.lists.empty(); }
    [[nodiscard]] Wave take() { return std::move(wave_); }

  private:
    [[nodiscard]] bool is_wanted(const Question& question) const {
        return can_be_asked(question.name) && !answers_.contains(question);
    }

    const Answers& answers_;
    const std::set<Question>& asked_;
    Wave wave_;
    std::set<Question> names_;
};

void add_lists(Asking& asking, const Subject& subject, const std::vector<List>& lists, const Known& known) {
    for (const List& list : lists) {
        if (!known.dead_lists.contains(list.zone)) {
            asking.add_list(listed_name(subject.client, list.zone));
        }
    }
}

void add_domain_lists(Asking& asking, const Subject& subject, const std::vector<List>& lists,
                      const Known& known) {
    const std::string sender = without_extension(subject.sender);
    for (const List& list : lists) {
        if (!known.dead_lists.contains(list.zone)) {
            asking.add_list(listed_domain_name(sender, list.zone));
        }
    }
}

// A name and its parents, but for the public suffix that it stands under.
std::vector<std::string> own_names(std::string_view whole) {
    std::vector<std::string> names = name_and_parents(whole);
    std::erase_if(names, [whole](const std::string& name) { return is_public_parent(name, whole); });
    return names;
}

void add_names(Asking& asking, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        asking.add_name(name, Type::mx);
        asking.add_addresses(name);
    }
}

// The MX hosts that are known of the names.
void add_hosts(Asking& asking, const std::vector<std::string>& names, const Answers& answers) {
    for (const std::string& name : names) {
        const auto mx = answers.find({asked_name(name), Type::mx});
        if (mx == answers.end()) {
            continue;
        }
        for (const std::string& host : mx->second.names) {
            asking.add_addresses(host);
        }
    }
}

} // namespace

Wave next_wave(const Subject& subject, const Settings& settings, const Known& known, const Answers& answers,
               const std::set<Question>& asked) {
    Asking asking(answers, asked);
    add_lists(asking, subject, settings.lists.dnsbl, known);
    add_lists(asking, subject, settings.lists.dnswl, known);
    const bool may_be_enough = settings.lists_only || known.lists_only || known.earlier_rate;
    if (may_be_enough && asking.asks_lists()) {
        return asking.take();
    }
    add_domain_lists(asking, subject, settings.lists.rhsbl, known);
    asking.add_name(reverse_name(subject.client), Type::ptr);
    const std::vector<std::string> of_sender = own_names(domain_of(subject.sender));
    const std::vector<std::string> of_helo = own_names(helo_name(subject));
    add_names(asking, of_sender);
    add_names(asking, of_helo);
    add_hosts(asking, of_sender, answers);
    add_hosts(asking, of_helo, answers);
    return asking.take();
}

} // namespace weight
