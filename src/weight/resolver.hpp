// Asks nameservers many questions at once, by c-ares: no wait and no thread for each, and nothing of NSS.
// Questions for names of the client's choice go their own way, with sockets of their own: what their
// nameservers make of it does not touch the others, and they can be given up alone.
#pragma once

#include "weight/answers.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace weight {

// The side that chose the name that is asked for.
enum class Chooser { us, client };

class Resolver {
  public:
    // Asks `nameservers` (ADDRESS, ADDRESS:PORT, [IPV6]:PORT), or those of /etc/resolv.conf where there are
    // none. Throws sys::Trouble.
    explicit Resolver(const std::vector<std::string>& nameservers);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Sends them; what was asked once is not asked again. Throws sys::Trouble.
    void ask(const std::vector<Question>& questions, Chooser chooser);

    // Waits until an answer has come, none is open, or `patience` is over.
    void wait(std::chrono::milliseconds patience);

    // What is still open has failed, and is not asked any more.
    void give_up(Chooser chooser);
    // So has this, which was never asked.
    void leave_out(const std::vector<Question>& questions);

    [[nodiscard]] const Answers& answers() const;
    [[nodiscard]] bool is_waiting(Chooser chooser) const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace weight
