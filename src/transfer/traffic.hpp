// What a mail log tells of a message: that it came, who sent it, to whom it was delivered, that it is gone.
// Pure. How Exim and Postfix say so stands in exim_log.cpp and postfix_log.cpp.
#pragma once

#include "system/address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace transfer {

struct Event {
    enum class What { nothing, arrival, sender, delivery, end };

    What what = What::nothing; // a line that is understood, and of which nothing comes
    std::string_view id;       // of the message

    // Of an arrival; no client where it is this host, or cannot be told for sure.
    std::optional<sys::Address> client;
    bool is_authenticated = false;
    std::string_view came_before_as; // the id that it had before it went through a filter, if it did

    std::optional<std::string> sender; // Postfix tells it apart from the arrival

    std::string recipient; // of a delivery
    bool is_early = false; // which may be told before the arrival
};

inline Event event_of(Event::What what, std::string_view id) {
    Event event;
    event.what = what;
    event.id = id;
    return event;
}

// The text of one line of Exim's main log, from behind its time. `whole` is the length from which on a line
// may have been cut on its way. None where it is not one.
std::optional<Event> exim_event(std::string_view text, std::size_t whole);
// The text of one line of a program of Postfix's.
std::optional<Event> postfix_event(std::string_view program, std::string_view text);

// Where a server says that it took a mail and threw it away: nobody had it.
bool says_discarded(std::string_view response);
// Whether it is this host itself.
bool is_loopback(const sys::Address& address);

} // namespace transfer
