"""Makes what the benchmarks run on: runbooks of any size, and a finished run of any length."""

import base64
import hashlib
import os

ENVIRONMENT = """\
lifeboat: 1
environment: bench
allows: [drill]
roles: {commander: [alice, bob]}
values:
  gate: {address: '127.0.0.1:5432'}
  shop: {url: 'http://127.0.0.1:8080'}
"""

# Four steps that need each other, with four actions and expressions of every kind.
VARIED = """\
      - step: command_{0}
        title: Do the thing number {0}
        uses: command.run
        with:
          argv: [/bin/true, --node, '${{{{ env.gate.address }}}}']
        timeout: 10s
        undo: {{none: it changes nothing}}
        verify:
          - {{uses: tcp.check, with: {{address: '127.0.0.1:5432'}}}}
      - step: check_{1}
        uses: http.check
        with: {{url: '${{{{ env.shop.url }}}}/healthz', expect: {{status: 200}}}}
        timeout: 2s
        retry: {{attempts: 3, delay: 1s}}
      - step: ask_{2}
        uses: operator.approve
        needs: [check_{1}]
        with: {{question: 'Go on? ${{{{ steps.command_{0}.exit_code }}}} for ${{{{ params.incident }}}}'}}
        approval: {{role: commander, timeout: 10m}}
        only: [failover]
      - step: true_{3}
        uses: assert.that
        needs: [command_{0}, ask_{2}]
        when: ${{{{ variant == "failover" && size(params.incident) > 3 }}}}
        with: {{that: '${{{{ steps.command_{0}.exit_code == 0 }}}}', message: 'step {0} must end with 0'}}
"""


# Warnings are looked for all the same; silencing them keeps thousands of them off the page.
SILENCE = """\
silence:
  - {rule: LB403, reason: it changes nothing}
  - {rule: LB406, reason: it changes nothing}
"""


def _folder(path, runbook):
    os.makedirs(path + "/environments")
    with open(path + "/environments/bench.yaml", "w") as file:
        file.write(ENVIRONMENT)
    with open(path + "/runbook.yaml", "w") as file:
        file.write(runbook + SILENCE)
    return path


def varied(path, steps):
    """A valid runbook with stages of 100 steps (at most 1,000 stages), all rules applying to it."""
    lines = [
        "lifeboat: 1\nrunbook: big\nservice: shop\nobjectives: {rto: 30d, clock: run}\n"
        "variants: [failover, switchover]\n"
        "parameters:\n  incident: {type: string, required: true}\nstages:\n"
    ]
    for first in range(0, steps, 4):
        if first % 100 == 0:
            lines.append(f"  - stage: stage_{first // 100}\n    steps:\n")
        lines.append(VARIED.format(first, first + 1, first + 2, first + 3))
    return _folder(path, "".join(lines))


def plain(path, steps):
    """A valid runbook of the shortest steps that a rule looks at: as little YAML as the steps allow."""
    lines = [
        "lifeboat: 1\nrunbook: plain\nservice: bench\nobjectives: {rto: 30d, clock: run}\n"
        "stages:\n  - stage: one\n    steps:\n"
    ]
    for step in range(steps):
        lines.append(
            f"      - step: check_{step}\n        uses: tcp.check\n"
            "        with: {address: '127.0.0.1:80'}\n")
    return _folder(path, "".join(lines))


def commands(path, steps, argv, together=False, at_a_time=None):
    """A runbook of equal commands, one after another or all at one time, or so many at a time."""
    concurrency = f"concurrency: {at_a_time or steps}\n" if together else ""
    lines = [
        "lifeboat: 1\nrunbook: commands\nservice: bench\nobjectives: {rto: 4h, clock: run}\n"
        f"{concurrency}stages:\n  - stage: one\n    steps:\n"
    ]
    needs = "        needs: []\n" if together else ""
    for step in range(steps):
        lines.append(
            f"      - step: step_{step}\n{needs}        uses: command.run\n"
            f"        with: {{argv: [{', '.join(argv)}]}}\n"
            "        undo: {none: it changes nothing}\n")
    return _folder(path, "".join(lines))


def watched(path, observers, every, check, given):
    """A runbook of one step that so many observers watch, each so often with this check and its input."""
    lines = [
        "lifeboat: 1\nrunbook: watched\nservice: bench\nobjectives: {rto: 1m, clock: outage, soak: 1s}\n"
        "observers:\n"
    ]
    for number in range(observers):
        lines.append(
            f"  - observer: o{number}\n    uses: {check}\n    with: {given}\n"
            f"    every: {every * 1000:.0f}ms\n    timeout: 1s\n    decides: service\n")
    lines.append(
        f"stages:\n  - stage: one\n    steps:\n      - step: seen\n        uses: {check}\n"
        f"        with: {given}\n")
    return _folder(path, "".join(lines))


class _Journal:
    """Writes records as the store does: each line holds the leaf hash of the line before."""

    def __init__(self, path):
        self.file = open(path, "wb", buffering=1 << 20)
        self.size = 0
        self.peaks = []
        self.head = hashlib.sha256(b"").digest()

    def add(self, event, commands=b""):
        line = b'{"seq":%d,"at":"2026-11-21T01:35:00.%09dZ","mono_ns":%d,"prev":"%s","event":%s,"commands":[%s]}' % (
            self.size, self.size, 1_000_000 + self.size * 1000, base64.b64encode(self.head), event,
            commands)
        self.file.write(line + b"\n")
        self.head = carried = hashlib.sha256(b"\0" + line).digest()
        height = self.size
        while height & 1:
            carried = hashlib.sha256(b"\1" + self.peaks.pop() + carried).digest()
            height >>= 1
        self.peaks.append(carried)
        self.size += 1

    @property
    def root(self):
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\1" + peak + root).digest()
        return root

    def close(self):
        self.file.close()


def finished_run(state, run, records):
    """A state folder with one run of so many records of some 300 bytes, and the log that vouches for it.

    Nothing is signed, so the audit says "not proven"; it does all the same work, since the log holds
    the run's root.
    """
    folder = f"{state}/runs/{run}"
    os.makedirs(folder, mode=0o700)
    plan = b"{}\n"
    with open(folder + "/plan.json", "wb") as file:
        file.write(plan)
    journal = _Journal(folder + "/journal.jsonl")
    for step in range(records):
        journal.add(
            b'{"type":"step_applied","step":"step_%d","attempt":1,"result":{"evidence":{"summary":'
            b'"ended with 0","facts":{"exit_code":0}}}}' % step,
            b'{"type":"plan","step":"step_%d"}' % (step + 1))
    journal.close()
    log = _Journal(state + "/runs.jsonl")
    digest = hashlib.sha256(plan).hexdigest().encode()
    log.add(
        b'{"run_opened":{"run":"%s","service":"bench","plan_sha256":"%s"}}' % (run.encode(), digest))
    log.add(
        b'{"run_sealed":{"run":"%s","size":%d,"root":"%s"}}'
        % (run.encode(), records, journal.root.hex().encode()))
    log.close()
    return os.path.getsize(folder + "/journal.jsonl") / records
