"""What a compression cost: wall-clock time and peak memory."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch


@dataclass(slots=True)
class Cost:
    """Time and memory.

    Attributes:
        seconds: Wall-clock time.
        peak_device_bytes: Most memory allocated on the accelerator; 0 on the CPU.
        peak_host_bytes: Most resident memory of the process since it started.
        device: Name of the device.
    """

    device: str
    seconds: float = 0.0
    peak_device_bytes: int = 0
    peak_host_bytes: int = 0

    def __str__(self) -> str:
        memory = f"{self.peak_host_bytes / 2**30:.2f} GiB host"
        if self.peak_device_bytes:
            memory = f"{self.peak_device_bytes / 2**30:.2f} GiB device, {memory}"
        return f"{self.seconds:.1f} s, peak memory {memory}"


@contextmanager
def measured(device: torch.device) -> Iterator[Cost]:
    """Measure a block; the figures are filled in when it ends."""
    accelerated = device.type == "cuda"
    cost = Cost(torch.cuda.get_device_name(device) if accelerated else device.type)
    if accelerated:
        torch.cuda.reset_peak_memory_stats(device)
    start = time.perf_counter()
    try:
        yield cost
    finally:
        if accelerated:
            torch.cuda.synchronize(device)
            cost.peak_device_bytes = torch.cuda.max_memory_allocated(device)
        cost.seconds = time.perf_counter() - start
        unit = 1 if sys.platform == "darwin" else 1024
        cost.peak_host_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
