"""greyonce as the bridge to other servers, with what it logged."""

import harness


class BridgeCase(harness.Case):
    def ask(self, question, *servers, options=("--no-greylist",), **how):
        """`servers`: what stands behind --ask, or a server that has it as its name."""
        named = [word for server in servers for word in ("--ask", getattr(server, "name", server))]
        return harness.ask(question, "--config", "/dev/null", "--state", self.folder / "state", "--log", "stderr",
                           *options, *named, **how)

    def log_of(self, answer):
        """The lines but the last, which is the decision's."""
        lines = answer.stderr.decode().splitlines()
        return [line.removeprefix("greyonce: ") for line in lines[:-1]]
