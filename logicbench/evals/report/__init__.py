"""The report of a run: one self-contained HTML page, the same figures as files, and its tables as CSV and LaTeX."""

from logicbench.evals.report.page import write_report

__all__ = ["write_report"]
