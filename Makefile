# greyonce: builds three programs, tests them, installs them.
#
#   make            build/greyonce, build/greyrules, build/greystate
#   make demo       install what the build needs, build, show one message deferred and then passed
#   make check      install what the tests need, build, run every test
#   make fuzz       run each fuzz target for FUZZ_SECONDS
#   make bench      print the table of timings
#   make install    programs and manual pages under $(DESTDIR)$(PREFIX)
#   make STATIC=    the same programs, dynamically linked

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
STATIC  ?= -static
CXX     ?= g++
WERROR  ?=

programs := greyonce greyrules greystate
parts    := $(wildcard src/*/*.cpp)
options  := src/options.cpp

warnings  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
hardening := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security
CXXFLAGS  ?= -g -O2
compile    = $(CXX) -std=c++20 $(CXXFLAGS) $(warnings) $(hardening) -ffunction-sections -fdata-sections -Isrc -MMD -MP
link       = $(CXX) $(CXXFLAGS) -Wl,-z,relro -Wl,--gc-sections $(STATIC)
libraries := -lboost_program_options -lcdb -lpcre2-8 -lsodium -ldeflate -lmd

objects := $(patsubst src/%.cpp,$(BUILD)/obj/%.o,$(parts) $(options))

.PHONY: all clean unit
all: $(programs:%=$(BUILD)/%)

$(BUILD)/%: $(BUILD)/obj/%.o $(BUILD)/libgreyonce.a
	$(link) -o $@ $^ $(libraries)

$(BUILD)/libgreyonce.a: $(objects)
	rm -f $@
	ar rcs $@ $^

$(BUILD)/obj/%.o: src/%.cpp
	@mkdir -p $(@D)
	$(compile) -c -o $@ $<

# --- unit tests: one GoogleTest program of all tests/*/*_test.cpp ---

tests := $(wildcard tests/*/*_test.cpp)

unit: $(BUILD)/tests/unit
	$<

$(BUILD)/tests/unit: $(tests:tests/%.cpp=$(BUILD)/tests/%.o) $(BUILD)/libgreyonce.a
	$(CXX) $(CXXFLAGS) -o $@ $^ $(libraries) -lgtest -lgtest_main -lpthread

$(BUILD)/tests/%.o: tests/%.cpp
	@mkdir -p $(@D)
	$(compile) -Itests -c -o $@ $<

clean:
	rm -rf $(BUILD)

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
