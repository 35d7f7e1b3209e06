# greyonce: builds four programs, tests them, installs them.
#
#   make            build/greyonce, build/greyrules, build/greystate, build/greyreport
#   make deps       install what the build needs (as root, Debian 12 or 13)
#   make demo       the same, build, and show one message deferred and then passed
#   make check      install what the tests need, build, run every test
#   make unit       the unit tests alone
#   make quick      the tests that find most in seconds, for the work between
#   make alone      the unit tests, and the programs' own tests that need no server
#   make fuzz       run each fuzz target for FUZZ_SECONDS
#   make bench      print the tables of timings (BENCH='floor stream' for some of them); installs nothing
#   make layout     find out anew which parts of greyonce lie side by side (build/layout.ld)
#   make lint       clang-format, clang-tidy, shellcheck, mandoc
#   make install    programs, manual pages and examples under $(DESTDIR)$(PREFIX); the programs look for their files, and
#                   pages and examples name them, in SYSCONFDIR (/etc), LOCALSTATEDIR (/var) and RUNSTATEDIR (/run)
#   make uninstall  take them away again
#   make deb        Debian's package, build/greyonce_VERSION_ARCH.deb
#   make dist       the sources, build/greyonce-VERSION.tar.gz
#   make STATIC=    the same programs, dynamically linked
#   make TOGETHER=rest  several sources compiled as one: in three quarters of the time (TOGETHER=src: in half of it, for
#                   programs that start a little more slowly)

PREFIX        ?= /usr/local
SBINDIR       ?= $(PREFIX)/sbin
SYSCONFDIR    ?= /etc
LOCALSTATEDIR ?= /var
RUNSTATEDIR   ?= /run
MANDIR        ?= $(PREFIX)/share/man
DOCDIR        ?= $(PREFIX)/share/doc/greyonce
DESTDIR       ?=
BUILD        ?= build
STATIC       ?= -static
CXX          ?= g++
STRIP        ?= strip
WERROR       ?=
FUZZ_SECONDS ?= 10
# After CXXFLAGS for the sources of the unit tests: with -O0 these are compiled in two thirds of the time.
UNITFLAGS    ?=
PYTHON       ?= /usr/bin/python3

# --- packages: Debian's names, the same in 12 and 13 ---

build_packages := g++ make libboost-program-options-dev libcdb-dev libhiredis-dev libpcre2-dev libsodium-dev libxxhash-dev libmd-dev \
                  libc-ares-dev libpsl-dev libidn2-dev libunistring-dev python3 valgrind
lint_packages  := clang-format clang-tidy shellcheck mandoc

# Exim is installed; what would push it or another server aside is fetched and unpacked under $(BUILD)/peers, and what
# the unpacked ones need is installed: tests/peers_need.sh asks them.
test_packages  := python3 strace valgrind db-util sqlite3 libgtest-dev tinycdb mandoc exim4-daemon-heavy clang \
                  clang-tidy libclang-rt-dev libio-multiplex-perl gzip zstd chromium tidy
# Valkey is a package from Debian 13 on.
redis_servers  := redis-server redis-tools \
                  $(shell . /etc/os-release && [ "$${VERSION_ID:-13}" -lt 13 ] || echo valkey-server valkey-tools)
redis_packages  = $(shell sh tests/peers_need.sh $(BUILD)/peers $(redis_servers))
peer_packages  := postgrey policyd-weight rbldnsd unbound postfix openbsd-inetd xinetd ucspi-tcp systemd s6 \
                  postfix-policyd-spf-python python3-spf-engine policyd-rate-limit postfwd \
                  $(redis_servers)
root_packages  := debootstrap git
peers_packages  = $(shell sh tests/peers_need.sh $(BUILD)/peers $(peer_packages))

# What the timings compare with, as installed by hand, and as unpacked by make bench-peers.
bench_packages  = python3 strace valgrind sqlite3 tinycdb exim4-daemon-heavy \
                  $(shell sh tests/peers_need.sh $(BUILD)/peers $(bench_peers))
bench_peers    := postgrey greylistd postfix openbsd-inetd xinetd ucspi-tcp systemd redis-server redis-tools

# --- the programs ---

programs := greyonce greyrules greystate greyreport
folders  := src src/* src/*/*
# Compiled with options of their own.
differing := src/settings/places.cpp src/store/file/check_sum.cpp src/weight/resolver.cpp
# What the filter runs for each request. Compiled as one, less of it is inlined: a known triplet takes 5 % more instructions.
gone_through := $(wildcard src/calling/*.cpp src/decision/*.cpp src/greylist/*.cpp src/protocol/*.cpp src/settings/*.cpp \
             src/store/*.cpp src/store/file/*.cpp)
# Always compiled alone: of tables that are made when a program starts the filter would make a tool's as well.
apart     = $(differing) src/state_request.cpp $(if $(filter rest,$(TOGETHER)),$(gone_through))
# Linked in place of what a library would bring, so not from the archive, where the linker looks too early.
instead  := src/system/no_services.cpp src/system/no_streams.cpp
parts    := $(filter-out $(programs:%=src/%.cpp) $(instead),$(wildcard $(folders:%=%/*.cpp)))
pages    := $(wildcard $(folders:%=%/*.[58]))

warnings  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
hardening := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wformat -Werror=format-security -Wdate-time
CXXFLAGS  ?= -g -O2
# Files above 2 GiB and times after 2038 on 32 bits as well. The c-ares calls that 1.34 names old are those that 1.18 has.
portable   = -D_FILE_OFFSET_BITS=64 $(long_times) -DCARES_NO_DEPRECATED
long_times := -D_TIME_BITS=64
compile    = $(CXX) -std=c++20 $(CPPFLAGS) $(CXXFLAGS) $(warnings) $(hardening) $(portable) \
             -ffunction-sections -fdata-sections -Isrc -MMD -MP $(places)
# The standard library, which is most of what a compiler reads, is read once for all sources. PCH= builds without: so it
# is found out what a source does not include itself, and ccache needs it. Of a library that was read before g++ no
# longer knows that it is the system's, and warns of std::string(5000, 'x') + "text".
PCH       ?= yes
read_once  = $(if $(PCH),$(BUILD)/$(1)/standard.hpp.gch)
with       = $(if $(PCH),-include $(BUILD)/$(1)/standard.hpp $(if $(findstring clang,$(CXX)),,$(mistaken)))
mistaken   = $(addprefix -Wno-,array-bounds stringop-overflow stringop-overread restrict)
# No number of the build: it would be another one in each folder.
link       = $(CXX) $(CXXFLAGS) -Wl,-z,relro -Wl,-z,now -Wl,--gc-sections -Wl,--build-id=none $(LDFLAGS)
# A static program registers its table of stack frames when it starts, which with g++ 14 takes nine tenths of all its
# instructions: every frame is looked at. With the registration left out, a throw finds the table by its index. A
# toolchain that cannot link so is given none of this. A file whose code and data are not kept apart is mapped more quickly.
unregistered := -Wl,--eh-frame-hdr -Wl,--wrap=__register_frame_info -Wl,--wrap=__deregister_frame_info -Wl,-z,noseparate-code
static_start  = $(eval static_start := $(if_it_links))$(static_start)
if_it_links   = $(shell folder=$$(mktemp -d) && echo 'int main() { try { throw 1; } catch (int) {} }' > $$folder/it.cpp && \
                $(CXX) -static $(LDFLAGS) $(unregistered) -o $$folder/it $$folder/it.cpp 2> /dev/null && \
                echo '$(unregistered)'; rm -rf $$folder)
# Programs run without what a debugger reads, which stays beside them. Written from one end to the other, a file also
# lies in larger pieces in the system's memory than the linker leaves it: started in 7 % less time.
stripped    = $(STRIP) --strip-debug -o $@ $@.debug
libraries := -lboost_program_options -lcdb -lhiredis -lpcre2-8 -lsodium -lmd -lcares -lpsl -lidn2 -lunistring

archive   := $(BUILD)/libgreyonce.a
# A build that is made once and whole reads several sources as one, in half of the time: TOGETHER='src tests', or one of
# them, or `rest` for those of src that the filter does not run for each request. What does not compile so is compiled each
# alone, and the objects made one. Two warnings take an included source for a header, or the name in one for a mistake in the next.
TOGETHER  ?=
# The objects of sources, each its own or several: src or tests, the objects' folder, that of what is made of several, the sources
objects_of = $(if $(filter $(1) $(1:src=rest),$(TOGETHER)),$(patsubst %.cpp,%.o,$(shell $(PYTHON) tests/together.py $(2)/$(3) \
             $(filter-out $(apart),$(4)))) $(patsubst $(1)/%.cpp,$(2)/%.o,$(filter $(apart),$(4))),$(4:$(1)/%.cpp=$(2)/%.o))
several    = if $(1) $(unjoined) -I. -c -o $@ $< 2> $@.told; then cat $@.told >&2; else \
                 number=0; rm -f $@.*.o; \
                 for source in $$(cut -d '"' -f 2 $<); do \
                     number=$$((number + 1)); $(1) -MT $@ -c -o $@.$$number.o $$source || exit 1; \
                 done; $(CXX) -r -nostdlib -o $@ $@.*.o; fi
unjoined   = -Wno-shadow $(if $(findstring clang,$(CXX)),,-Wno-subobject-linkage)
linked     = $(filter %.o,$^) $(archive) $(libraries)

# What decides and what reads formats, linked without Boost, libcdb and c-ares: what reaches for the world does not link.
# Only linked: the unit program runs the same tests. Whole folders, but for what opens, asks or calls a library; and of
# the other folders what these need.

pure_folders := greylist protocol settings ask weight report transfer
edges        := ask/exchange report/logs transfer/import \
                weight/resolver weight/response weight/lookup weight/trial weight/convert
pure_others  := system/address system/endpoint system/lines system/text system/trouble decision/greylist_texts \
                store/file/place store/file/page store/file/page_zero store/file/check_sum \
                store/file/page_memory store/file/line_memory \
                $(addprefix rules/,characters entry ending host_name keys order patterns verdict_text)
pure         := $(filter-out $(edges:%=src/%.cpp),$(wildcard $(pure_folders:%=src/%/*.cpp))) $(pure_others:%=src/%.cpp)

.PHONY: all deps demo check unit quick alone fuzz bench layout lint install uninstall deb dist clean
all: $(programs:%=$(BUILD)/%)

$(BUILD)/greyonce $(BUILD)/dynamic/greyonce: $(instead:src/%.cpp=$(BUILD)/obj/%.o)
$(BUILD)/greyonce: $(BUILD)/layout.ld
$(BUILD)/greyrules: $(BUILD)/obj/system/no_services.o

$(BUILD)/%: $(BUILD)/obj/%.o $(archive)
	$(link) $(STATIC) $(if $(STATIC),$(static_start) $(side_by_side)) -o $@.debug $(linked)
	$(stripped)

$(BUILD)/dynamic/%: $(BUILD)/obj/%.o $(archive)
	@mkdir -p $(@D)
	$(link) -o $@.debug $(linked)
	$(stripped)

parts_pure := $(call objects_of,src,$(BUILD)/obj,together/pure,$(pure))
$(archive): $(parts_pure) $(call objects_of,src,$(BUILD)/obj,together,$(filter-out $(pure),$(parts))) Makefile
	rm -f $@
	$(AR) qcs $@ $(filter %.o,$^)

# What was read once is of no use to another compiler or with other options; clang takes it for an error.
$(BUILD)/compiler: always
	@mkdir -p $(@D)
	@echo '$(CXX) $(CPPFLAGS) $(CXXFLAGS)' | cmp -s - $@ || echo '$(CXX) $(CPPFLAGS) $(CXXFLAGS)' > $@

$(BUILD)/%/standard.hpp.gch: %/standard.hpp $(BUILD)/compiler
	@mkdir -p $(@D)
	cp $< $(@:.gch=)
	$(compile) $(if $(filter tests,$*),$(UNITFLAGS)) -x c++-header -o $@ $(@:.gch=)

$(BUILD)/obj/%.o: src/%.cpp | $(call read_once,src)
	@mkdir -p $(@D)
	$(compile) $(if $(differs),,$(call with,src)) $(faster) -c -o $@ $<

$(differing:src/%.cpp=$(BUILD)/obj/%.o): private differs := yes

$(BUILD)/obj/together/%.o: $(BUILD)/obj/together/%.cpp | $(call read_once,src)
	$(call several,$(compile) $(call with,src))

# Where the programs look for their files: compiled anew where another place is named.
$(BUILD)/obj/settings/places.o: private places := -DSYSCONFDIR='"$(SYSCONFDIR)"' -DLOCALSTATEDIR='"$(LOCALSTATEDIR)"'
$(BUILD)/obj/settings/places.o: $(BUILD)/places
$(BUILD)/places: always
	@mkdir -p $(@D)
	@echo '$(SYSCONFDIR) $(LOCALSTATEDIR)' | cmp -s - $@ || echo '$(SYSCONFDIR) $(LOCALSTATEDIR)' > $@

# XXH3's loop unrolled: 2,800 instructions a page of the state in place of 4,100.
$(BUILD)/obj/store/file/check_sum.o: private faster := -O3

# It hands times to c-ares, in the size that the library was built with: what is usual there.
$(BUILD)/obj/weight/resolver.o: private long_times :=

# --- unit tests: one GoogleTest program of all tests/*/*_test.cpp ---

tests := $(wildcard tests/*/*_test.cpp)

unit: $(BUILD)/tests/unit
	$<

pure_tests   := $(filter-out $(edges:%=tests/%_test.cpp),$(wildcard $(pure_folders:%=tests/%/*_test.cpp)))
pure_objects := $(call objects_of,tests,$(BUILD)/tests,together/pure,$(pure_tests))

$(BUILD)/tests/unit: $(pure_objects) $(call objects_of,tests,$(BUILD)/tests,together,$(filter-out $(pure_tests),$(tests))) $(archive)
	$(CXX) $(CXXFLAGS) -o $@ $(linked) -lgtest_main -lgtest -lpthread

$(BUILD)/tests/pure: $(parts_pure) $(pure_objects)
	$(CXX) $(CXXFLAGS) -o $@ $^ -lsodium -lmd -lpsl -lgtest -lgtest_main -lpthread

$(BUILD)/tests/%.o: tests/%.cpp | $(call read_once,tests)
	@mkdir -p $(@D)
	$(compile) $(UNITFLAGS) $(call with,tests) -Itests -c -o $@ $<

$(BUILD)/tests/together/%.o: $(BUILD)/tests/together/%.cpp | $(call read_once,tests)
	$(call several,$(compile) $(UNITFLAGS) $(call with,tests) -Itests)

# The timings' own do without GoogleTest.
$(BUILD)/tests/bench/%.o: tests/bench/%.cpp | $(call read_once,src)
	@mkdir -p $(@D)
	$(compile) $(call with,src) -Itests -c -o $@ $<

# --- every test: the unit tests also under the sanitizers, the programs' own tests against both ways of linking ---

end_to_end := $(sort $(wildcard tests/*/*_test.py))
# Files by the beginnings of their names, each of which has to be that of one.
named       = $(foreach name,$(1),$(or $(filter tests/$(name)%,$(end_to_end)),$(error no test is called tests/$(name))))
# These wait most of the time: for a deadline, or for a server that does one thing at a time.
waiting    := $(call named,exim/silence exim/away store/redis_test weight/weight decision/failure_table ask/misbehaving \
              rules/as_postgrey postfix/spawn store/redis_as_file ask/real calling/listening weight/as_policyd_weight)
# The first to begin are those that take longest.
longest    := $(call named,store/faults store/storm exim/l)
# How they are linked matters to what starts a program or calls a library: to the names it can find, the patterns, the
# questions to the DNS, the last word. All else is the same object files.
dynamic    := $(call named,decision/answers decision/failure_table decision/until_eof rules/greyrules weight/weight system/)

check: $(BUILD)/packages/build $(BUILD)/packages/test $(BUILD)/packages/peers
	$(MAKE) -j$$(nproc) all $(programs:%=$(BUILD)/dynamic/%) $(BUILD)/tests/unit $(BUILD)/tests/pure $(benches)
	$(sanitized) $(BUILD)/sanitized/tests/unit
	$(PYTHON) tests/run.py --waiting $(BUILD) $(waiting) --waiting $(BUILD)/dynamic $(filter $(waiting),$(dynamic)) \
	    --programs $(BUILD) $(longest) \
	    --unit $(BUILD)/sanitized/tests/unit $(BUILD)/tests/unit \
	    --programs $(BUILD) $(filter-out $(longest) $(waiting),$(end_to_end)) \
	    --programs $(BUILD)/dynamic $(filter-out $(waiting),$(dynamic))

# What a developer runs after each change: all but what is slow for its thoroughness or starts servers.
quick := $(call named,decision/answers decision/until_eof decision/syslog rules/greyrules ask/asking)

quick: $(BUILD)/tests/unit all
	GTEST_FILTER='-PowerFailure*:*Damage*:SmallState*:StateTest.WhenFull*' \
	    $(PYTHON) tests/run.py --programs $(BUILD) $(quick) --unit $(BUILD)/tests/unit

# What a machine without mail servers and clang can run.
alone          := $(filter-out tests/programs/tidy_test.py,$(call named,decision/ programs/ rules/greyrules store/faults \
                  store/redis_test report/report store/storm weight/weight ask/asking))
alone_packages := python3 strace valgrind db-util sqlite3 libgtest-dev tinycdb gzip zstd

alone: $(BUILD)/packages/build $(BUILD)/packages/alone $(BUILD)/packages/redis
	$(MAKE) -j$$(nproc) all $(BUILD)/tests/unit
	$(PYTHON) tests/run.py --waiting $(BUILD) $(filter $(waiting),$(alone)) --programs $(BUILD) $(filter $(longest),$(alone)) \
	    --unit $(BUILD)/tests/unit --programs $(BUILD) $(filter-out $(waiting) $(longest),$(alone))

# The same sources once more, by clang, with what finds errors built in and what steers a fuzzer.
sanitizers := address,undefined,fuzzer-no-link
sanitized   = $(MAKE) -j$$(nproc) BUILD=$(BUILD)/sanitized TOGETHER='src tests' CXX=clang++ WERROR= \
              CXXFLAGS="-gline-tables-only -O1 -fsanitize=$(sanitizers) -fno-sanitize-recover=all"

# --- fuzz targets: tests/*/*_fuzz.cpp, seeded with tests/*/corpus/<target>/ ---

fuzz_runs := $(patsubst tests/%_fuzz.cpp,fuzz-%,$(wildcard tests/*/*_fuzz.cpp))

.PHONY: $(fuzz_runs) fuzz-programs
fuzz: $(fuzz_runs)

fuzz-programs: $(BUILD)/packages/build $(BUILD)/packages/test
	$(sanitized) $(fuzz_runs:fuzz-%=$(BUILD)/sanitized/%_fuzz)

$(fuzz_runs): fuzz-%: $(BUILD)/packages/build $(BUILD)/packages/test
	$(sanitized) $(BUILD)/sanitized/$*_fuzz
	@mkdir -p $(BUILD)/corpus/$*
	$(BUILD)/sanitized/$*_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$(BUILD)/corpus/ $(BUILD)/corpus/$* $(wildcard tests/$(*D)/corpus/$(*F))

$(BUILD)/%_fuzz: $(BUILD)/tests/%_fuzz.o $(archive)
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -fsanitize=fuzzer -o $@ $(linked)

# --- timings: tests/bench/*_bench.py, and what they start; rules and states of every size stay in $(BUILD)/bench ---

BENCH       ?= $(patsubst tests/bench/%_bench.py,%,$(wildcard tests/bench/*_bench.py))
BENCH_SIZES ?= 0 1000 1000000 10000000
benches     := $(patsubst tests/%.cpp,$(BUILD)/%,$(wildcard tests/bench/*_bench.cpp)) \
               $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
unpacked    := $(bench_peers:%=$(BUILD)/peers/%.deb)

.PHONY: bench-peers
bench-peers: $(unpacked)

bench:
	@[ $$(id -u) = 0 ] || { echo "The timings need root: Exim has a user of its own, and the test a /dev/log"; exit 1; }
	@$(call missing,$(build_packages) $(bench_packages)); \
	[ -z "$$missing" ] || { echo "The timings need these: apt-get install" $$missing; exit 1; }
	@[ -z "$(filter-out $(wildcard $(unpacked)),$(unpacked))" ] || \
	    { echo "The timings need what this fetches and unpacks, installing nothing: make bench-peers"; exit 1; }
	$(MAKE) -j$$(nproc) all $(BUILD)/dynamic/greyonce $(benches)
	PYTHONPATH=tests GREYONCE_BUILD=$(BUILD) GREYONCE_PEERS=$(BUILD)/peers/root BENCH_SIZES="$(BENCH_SIZES)" \
	    $(PYTHON) tests/bench/run.py $(BENCH)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(archive)
	@mkdir -p $(@D)
	$(link) $(STATIC) -o $@ $(linked)

$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	gcc -O2 -static -o $@ $<

# --- what requests touch lies side by side: a list for this compiler, found by running the filter under valgrind ---

# Of the filter alone; where it is empty, as for another machine's program, the filter is linked as the linker likes, and
# starts more slowly.
side_by_side = $(if $(filter %/greyonce,$@),$(shell test ! -s $(BUILD)/layout.ld || echo -Wl,-T,$(BUILD)/layout.ld))

layout:
	rm -f $(BUILD)/layout.ld $(BUILD)/greyonce
	$(MAKE) all

$(BUILD)/layout.ld: tests/bench/layout.py $(BUILD)/obj/greyonce.o $(instead:src/%.cpp=$(BUILD)/obj/%.o) $(archive) $(BUILD)/greyrules
	$(link) $(STATIC) $(if $(STATIC),$(static_start)) -Wl,-Map=$(BUILD)/layout.map -o $(BUILD)/layout $(linked)
	PYTHONPATH=tests GREYONCE_BUILD=$(BUILD) $(PYTHON) $< $(BUILD)/layout $(BUILD)/layout.map > $@ && \
	$(link) $(STATIC) -Wl,-T,$@ -o $(BUILD)/layout $(linked) || { echo "greyonce is linked without a layout"; : > $@; }

# --- style ---

sources := $(wildcard $(folders:%=%/*.cpp) tests/*/*.cpp)
headers := $(wildcard $(folders:%=%/*.hpp) tests/*.hpp tests/*/*.hpp)
# What GoogleTest's macros become is nobody's style, so clang-tidy reads the sources only; without the analyzer, which
# takes as long as all the rest.
tidied  := $(wildcard $(folders:%=%/*.cpp))

lint: $(BUILD)/packages/build $(BUILD)/packages/test $(BUILD)/packages/lint
	clang-format --dry-run -Werror $(sources) $(headers)
	shellcheck .ci/run $(wildcard tests/*.sh tests/*/*.sh) src/package/greyonce-setup src/package/p*
	mandoc -Tlint -Wwarning $(pages)
	$(MAKE) $(BUILD)/tidied

# Those that have changed, unless that is more than sources.
$(BUILD)/tidied: $(tidied) $(headers) .clang-tidy tests/tidy.py tests/together.py
	@$(PYTHON) tests/tidy.py $(if $(filter-out %.cpp,$?),$(tidied),$?) -- -std=c++20 -Isrc -Wreserved-identifier \
	    -Wzero-as-null-pointer-constant
	@mkdir -p $(@D) && touch $@

# --- putting it in place ---

bin      := $(DESTDIR)$(SBINDIR)
man      := $(DESTDIR)$(MANDIR)
lists    := $(DESTDIR)$(PREFIX)/share/greyonce
examples := $(DESTDIR)$(DOCDIR)

# Sources name the usual places; what is installed names those that it is installed for.
placed   = sed -e 's|/usr/local/sbin/|$(SBINDIR)/|g' -e 's|/usr/local/share/doc/greyonce/|$(DOCDIR)/|g' \
    -e 's|/usr/local/share/greyonce/|$(PREFIX)/share/greyonce/|g' -e 's|/etc/greyonce|$(SYSCONFDIR)/greyonce|g' \
    -e 's|/var/lib/greyonce|$(LOCALSTATEDIR)/lib/greyonce|g' -e 's|/run/greyonce|$(RUNSTATEDIR)/greyonce|g' $(elsewhere) $(links)
# What a page leads to lies beside it.
links     = -e 's|(\.\./\.\./tests/bench/|(../|g' -e 's|(\.\./\.\./|(../|g' -e 's|(tests/bench/|(|g' -e 's|(src/|(|g'
# systemd's own word for the state's folder means the one below /var.
elsewhere = $(if $(filter-out /var,$(LOCALSTATEDIR)),-e '/^StateDirectoryMode=/d' \
    -e 's|^StateDirectory=.*|ReadWritePaths=$(LOCALSTATEDIR)/lib/greyonce|')
texts_to  = $(foreach text,$(2),$(placed) $(text) > $(1)/$(notdir $(text)) && chmod 644 $(1)/$(notdir $(text)) &&) :

install: all
	install -d $(bin) $(lists)/exim $(man)/man5 $(man)/man8 $(examples)/exim $(examples)/servers $(examples)/tasks
	install $(programs:%=$(BUILD)/%) $(bin)
	@$(placed) src/package/greyonce-setup > $(bin)/greyonce-setup && chmod 755 $(bin)/greyonce-setup
	@$(call texts_to,$(lists)/exim,$(wildcard exim/*))
	@$(call texts_to,$(man)/man5,$(filter %.5,$(pages)))
	@$(call texts_to,$(man)/man8,$(filter %.8,$(pages)))
	@$(call texts_to,$(examples),README.md LICENSE inetd.conf.sample tests/bench/RESULTS.md src/package/greyonce.conf)
	@$(call texts_to,$(examples)/tasks,$(wildcard src/tasks/*.md))
	@$(call texts_to,$(lists),src/rules/large-senders.whitelist)
	@$(call texts_to,$(examples)/exim,$(wildcard exim/*))
	@$(call texts_to,$(examples)/servers,$(wildcard src/servers/*))

# What the administrator and the filter have written stays.
uninstall:
	rm -f $(programs:%=$(bin)/%) $(bin)/greyonce-setup $(foreach page,$(pages),$(man)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -rf $(lists) $(examples)

# --- Debian's package: src/package, and what make install puts in place; two builds of one commit are the same bytes ---

VERSION    := $(shell sed -n 's/.*version = "\(.*\)";/\1/p' src/settings/version.hpp)
ARCH       ?= $(shell dpkg --print-architecture 2> /dev/null)
MAINTAINER ?= the greyonce authors <greyonce@packages.invalid>
# When: that of the last commit, which the files of make dist have as well.
EPOCH       = $${SOURCE_DATE_EPOCH:-$$(test -e $(CURDIR)/.git && git -C $(CURDIR) log -1 --format=%ct || stat -c %Y $(CURDIR)/src/settings/version.hpp)}

deb_packages    := debhelper
lintian_packages := lintian
# Whose code is in the programs.
linked_packages := $(filter lib%,$(build_packages)) libc6-dev
debian          := $(BUILD)/deb/greyonce/debian

deb: $(BUILD)/packages/build $(BUILD)/packages/deb
	rm -rf $(BUILD)/deb
	$(MAKE) -j$$(nproc) all
	$(MAKE) deb-folder PREFIX=/usr
	cd $(BUILD)/deb/greyonce && SOURCE_DATE_EPOCH=$(EPOCH) dpkg-architecture -f -a$(ARCH) -c debian/rules binary \
	    TOP=$(CURDIR) OPTIONS='BUILD=$(abspath $(BUILD))' LIBRARIES="$$(dpkg-query -W \
	    -f '$${source:Package} (= $${source:Version})\n' $(linked_packages) | sort -u | paste -s -d ,)"
	mv $(BUILD)/deb/greyonce_$(VERSION)_$(ARCH).deb $(BUILD)

# What tests/package.sh needs: one of an earlier version as well.
.PHONY: packages
packages:
	$(MAKE) deb
	rm -rf $(BUILD)/before && mkdir $(BUILD)/before
	dpkg-deb -R $(BUILD)/greyonce_$(VERSION)_$(ARCH).deb $(BUILD)/before/content
	sed -i 's/^Version: .*/Version: 0.9/' $(BUILD)/before/content/DEBIAN/control
	dpkg-deb --root-owner-group -b $(BUILD)/before/content $(BUILD)/before/greyonce_0.9_$(ARCH).deb
	rm -r $(BUILD)/before/content

.PHONY: deb-folder
deb-folder:
	mkdir -p $(debian)/conffiles $(debian)/licences
	cp src/package/rules src/package/copyright src/package/sysusers src/package/tmpfiles $(debian)
	sed 's/@MAINTAINER@/$(MAINTAINER)/; s/@BUILD@/$(subst $() ,$(comma) ,$(filter lib%,$(build_packages)))/' \
	    src/package/control > $(debian)/control
	printf 'greyonce (%s) unstable; urgency=medium\n\n  * The changes are in the repository.\n\n -- %s  %s\n' $(VERSION) \
	    '$(MAINTAINER)' "$$(date -u -R -d @$(EPOCH))" > $(debian)/changelog
	for script in postinst prerm postrm lintian-overrides; do cp src/package/$$script $(debian)/greyonce.$$script; done
	cp $(wildcard src/package/*.conf src/package/conffiles/*) $(debian)/conffiles
	for package in $(linked_packages); do cp /usr/share/doc/$$package/copyright $(debian)/licences/$$package; done
	@$(call texts_to,$(debian),src/servers/greyonce.socket src/servers/greyonce.service)

comma := ,

# --- the sources as one file, the same bytes from a checkout and from what was unpacked of it ---

distributed = test -e .git && git ls-files || \
              find . \( -path ./build -o -path ./$(BUILD) -o -name __pycache__ \) -prune -o -type f -printf '%P\n'

dist:
	@mkdir -p $(BUILD)
	@{ $(distributed); } | LC_ALL=C sort | tar -c --verbatim-files-from --no-recursion -T - --format=ustar --owner=root:0 --group=root:0 \
	    --mode=u=rwX,go=rX --mtime=@$(EPOCH) --transform='s|^|greyonce-$(VERSION)/|' | gzip -9n > $(BUILD)/greyonce-$(VERSION).tar.gz

demo: $(BUILD)/packages/build
	$(MAKE) -j$$(nproc) all
	sh tests/demo.sh $(BUILD)

clean:
	rm -rf $(BUILD)

# --- installing packages: whatever of a list is missing, looked at each time, as packages go as well ---

deps: $(BUILD)/packages/build

.PHONY: show-build-packages
show-build-packages:
	@echo $(build_packages)

apt := DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root

missing = missing=$$(for package in $(1); do \
    dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || echo $$package; done)

$(BUILD)/packages/peers: $(peer_packages:%=$(BUILD)/peers/%.deb)
$(BUILD)/packages/redis: $(redis_servers:%=$(BUILD)/peers/%.deb)

$(BUILD)/packages/%: always
	@$(call missing,$($*_packages)); \
	[ -z "$$missing" ] || [ $$(id -u) = 0 ] || { echo "Please run as root: apt-get install" $$missing; exit 1; }; \
	[ -z "$$missing" ] || { $(apt) update && $(apt) install --no-install-recommends --no-remove $$missing; }

.PHONY: always
always:

$(BUILD)/peers/%.deb:
	@mkdir -p $(@D)/fetched $(@D)/root
	cd $(@D)/fetched && rm -f $*_* && { $(apt) download $* || { $(apt) update && $(apt) download $*; }; }
	dpkg -x $(@D)/fetched/$*_* $(@D)/root
	@touch $@

.SECONDARY:
.SUFFIXES: # make's own rules would come first
-include $(shell find $(BUILD)/obj $(BUILD)/tests -name '*.d' 2>/dev/null)
