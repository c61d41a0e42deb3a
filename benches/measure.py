"""What a child process costs: CPU seconds, wall time and peak memory, from the kernel's own account."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

# `ru_maxrss` is kilobytes on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass
class Sample:
    """One run of one command; `first_byte` is set only where it was asked for."""

    cpu: float
    wall: float
    rss: int
    output: bytes = b""
    first_byte: float | None = None


class CommandFailed(Exception):
    """A measured command ended with an error, so its figures mean nothing."""


def wait(process, command):
    """Reaps `process`; its descendants that it waited for are in the figures too."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise CommandFailed(f"`{' '.join(map(str, command))}` ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT


def run(command, env=None, cwd=None):
    """Runs `command` to its end with standard output in a pipe that is always being read."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with process.stdout:
        first = os.read(process.stdout.fileno(), 1)
        first_byte = time.perf_counter() - started
        output = first + process.stdout.read()
    cpu, rss = wait(process, command)
    return Sample(cpu, time.perf_counter() - started, rss, output, first_byte if first else None)


def count_lines(files):
    """`cat FILES | wc -l`: what reading the bytes and finding the lines costs at the very least."""
    command = ["cat", *map(str, files)]
    started = time.perf_counter()
    cat = subprocess.Popen(command, stdout=subprocess.PIPE)
    wc = subprocess.Popen(["wc", "-l"], stdin=cat.stdout, stdout=subprocess.PIPE)
    cat.stdout.close()
    with wc.stdout:
        output = wc.stdout.read()
    costs = [wait(cat, ["cat"]), wait(wc, ["wc"])]
    return Sample(sum(cpu for cpu, _ in costs), time.perf_counter() - started, max(rss for _, rss in costs), output)


def in_child(work, *arguments):
    """Runs `work` in a child process, so that this one stays small: Linux counts the memory of the process
    that starts a command as the command's own peak."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(*arguments)
            code = 0
        except Exception as error:
            print(f"error: {error}", file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise SystemExit(1)


def median(samples, field):
    """The middle value of one field over all runs; None if no run has it."""
    values = [value for value in (getattr(sample, field) for sample in samples) if value is not None]
    return statistics.median(values) if values else None
