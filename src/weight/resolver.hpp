// Asks nameservers many questions at once, by c-ares: no wait and no thread for each, and nothing of NSS.
#pragma once

#include "weight/answers.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weight {

class Resolver {
  public:
    // Asks `nameservers` (ADDRESS, ADDRESS:PORT, [IPV6]:PORT), or those of /etc/resolv.conf where there are
    // none. Throws sys::Trouble.
    explicit Resolver(const std::vector<std::string>& nameservers);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Sends them; who was asked once is not asked again.
    void ask(const std::set<Question>& questions);

    // Waits for answers, until all are there or `patience` is over.
    void wait(std::chrono::milliseconds patience);

    // What is still open has failed.
    void give_up();

    [[nodiscard]] const Answers& answers() const;
    [[nodiscard]] bool is_waiting() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace weight
