// Which libraries a program was linked with: a static program gets no security update of them by itself.
#pragma once

#include <string>

// "NAME VERSION, NAME VERSION, …" of those that this program has in it.
std::string linked_libraries();
