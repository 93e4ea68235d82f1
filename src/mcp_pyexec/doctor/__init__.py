"""What `mcp-pyexec doctor` does: looks at machine and databases, then attacks its own jail and watches the host."""

from mcp_pyexec.doctor.attempts import PROBE_LIMITS, Verdict, attempt
from mcp_pyexec.doctor.canaries import Canaries
from mcp_pyexec.doctor.examine import Examination, examine
from mcp_pyexec.doctor.machine import Check, check_machine
from mcp_pyexec.doctor.probes import LAYERS, Probe, load_probes, program
from mcp_pyexec.doctor.prove import prove, quick_probes
from mcp_pyexec.doctor.report import as_json, print_report, run_doctor

__all__ = [
    "LAYERS",
    "PROBE_LIMITS",
    "Canaries",
    "Check",
    "Examination",
    "Probe",
    "Verdict",
    "as_json",
    "attempt",
    "check_machine",
    "examine",
    "load_probes",
    "print_report",
    "program",
    "prove",
    "quick_probes",
    "run_doctor",
]
