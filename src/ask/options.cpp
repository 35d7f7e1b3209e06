#include "ask/options.hpp"

#include <utility>

namespace ask {

void add_server(Settings& settings, const std::string& text) {
    if (text.empty()) {
        settings.servers.clear();
        return;
    }
    auto server = parse_server(text);
    if (!server) {
        throw settings::WrongValue{"unix:/PATH, inet:HOST:PORT or inet:[IPV6]:PORT, NAME= before it or not"};
    }
    settings.servers.push_back(*std::move(server));
}

} // namespace ask
