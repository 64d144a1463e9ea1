"""Master data declared once: list, filters, search, detail, forms, history, export, menu and rights (house: Register)."""

from . import checks
from .base import REGISTERS, Register, column, register
from .forms import RegisterForm

__all__ = ["REGISTERS", "Register", "RegisterForm", "checks", "column", "register"]
