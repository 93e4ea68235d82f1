"""The jail: templates, parked workers, sessions. The only package of the host that starts processes."""

from mcp_pyexec.jail.cgroup import find_cgroup
from mcp_pyexec.jail.converter import Converter
from mcp_pyexec.jail.converter_template import ConverterTemplate
from mcp_pyexec.jail.identity import spare_id
from mcp_pyexec.jail.pool import Pool
from mcp_pyexec.jail.preflight import find_bwrap
from mcp_pyexec.jail.profile import Profile, Profiles, load_profiles
from mcp_pyexec.jail.reader import Reader
from mcp_pyexec.jail.rootfs import seccomp_filter
from mcp_pyexec.jail.session import SessionInfo, Sessions
from mcp_pyexec.jail.template import Template
from mcp_pyexec.jail.violation import system_calls
from mcp_pyexec.jail.worker import NothingRan

__all__ = [
    "Converter",
    "ConverterTemplate",
    "NothingRan",
    "Pool",
    "Profile",
    "Profiles",
    "Reader",
    "SessionInfo",
    "Sessions",
    "Template",
    "find_bwrap",
    "find_cgroup",
    "load_profiles",
    "seccomp_filter",
    "spare_id",
    "system_calls",
]
