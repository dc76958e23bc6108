"""Work that is done after the page has been sent, one module for each noun."""

from commons.people.tasks.register import run_register_import, sweep_register_imports

__all__ = ["run_register_import", "sweep_register_imports"]
