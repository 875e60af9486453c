"""What a server's processes take, from /proc: a server may be several, each the child of another."""

import os
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
KIB, MIB = 1 << 10, 1 << 20


def cpu_seconds(root: int) -> float:
    """The computing time of a process and of those below it, since they began."""
    return sum(_cpu_ticks(process) for process in _tree(root)) / TICKS_A_SECOND


def memory_mib(root: int) -> float:
    """The memory they have now, in MiB; what some of them share counts once."""
    return sum(_kib(f"/proc/{process}/smaps_rollup", "Pss:") for process in _tree(root)) * KIB / MIB


def forget_peak(root: int) -> None:
    """Has the most memory that they had counted anew from now on."""
    for process in _tree(root):
        Path(f"/proc/{process}/clear_refs").write_text("5")


def peak_mib(root: int) -> float:
    """The most memory that each of them had, in MiB, added up; what some of them share counts for each."""
    return sum(_kib(f"/proc/{process}/status", "VmHWM:") for process in _tree(root)) * KIB / MIB


def _tree(root: int) -> list[int]:
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _cpu_ticks(process: int) -> int:
    fields = _stat(process)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat(process: int) -> list[str]:
    """The fields behind the name, which may have spaces; none where the process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _kib(path: str, key: str) -> int:
    try:
        lines = Path(path).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
