"""Every page says who may open it: by a permission, by being signed in, by a test of its own, or by `public = True`."""

import ast

import pytest
import rules
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin

from tests.architecture.addresses import THIRD_PARTY, addresses
from tests.architecture.tree import files, name_of, parsed

# Django's own views that lead only to a public file.
PLAIN = {"favicon.ico": "leads to the icon"}

OURS = [address for address in addresses() if not address.is_third_party]


def declared(view: type) -> list[str]:
    """How a view says who may open it."""
    ways = []
    if getattr(view, "public", False) is True:
        ways.append("public")
    if issubclass(view, PermissionRequiredMixin) and view.permission_required:
        ways.append("permission")
    if issubclass(view, LoginRequiredMixin):
        ways.append("signed in")
    if issubclass(view, UserPassesTestMixin) and view.test_func is not UserPassesTestMixin.test_func:
        ways.append("test")
    return ways


def test_every_address_outside_the_libraries_parts_is_ours_or_plain():
    assert {address.route for address in OURS if not address.is_ours} == set(PLAIN)


def test_every_part_of_a_library_is_still_there():
    found = {prefix for address in addresses() for prefix in THIRD_PARTY if address.route.startswith(prefix)}
    assert found == set(THIRD_PARTY)


@pytest.mark.parametrize("address", [a for a in OURS if a.route not in PLAIN], ids=lambda address: address.route or "/")
def test_every_view_says_in_one_way_who_may_open_it(address):
    assert address.view_class is not None, "A class, so that it can say who may open it"
    assert len(declared(address.view_class)) == 1, f"{address.view_class.__qualname__}: {declared(address.view_class)}"


def test_who_may_is_asked_before_anything_else_is_done():
    """A mixin that stands behind Django's view is never asked."""
    late = []
    for view in {address.view_class for address in OURS if address.view_class}:
        order = [base.__module__.split(".")[:3] for base in view.__mro__]
        asked = [place for place, module in enumerate(order) if module == ["django", "contrib", "auth"]]
        shown = order.index(["django", "views", "generic"])
        late += [view.__qualname__ for place in asked[:1] if place > shown]
    assert late == []


def permissions_asked() -> set[str]:
    """Every permission that the code names: on views, and in `has_perm`."""
    named = set()
    for view in {address.view_class for address in OURS if address.view_class}:
        asked = getattr(view, "permission_required", None) or ()
        named |= {asked} if isinstance(asked, str) else set(asked)
    for path in files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and name_of(node.func).endswith("has_perm"):
                named |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return named


def test_every_permission_that_is_asked_for_has_a_rule():
    """A permission without a rule is refused to everyone, quietly."""
    assert {name for name in permissions_asked() if not rules.perm_exists(name)} == set()


def test_every_name_of_an_address_in_the_code_leads_somewhere():
    """`reverse("exports:job-list")`, `redirect("census:hub")` and the lists of doors: a wrong one breaks only when it is used."""
    known = {address.name for address in addresses()}
    spaces = {name.split(":")[0] for name in known if ":" in name}
    lost = [
        f"{path}:{node.lineno} {node.value}"
        for path in files()
        if "migrations" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.count(":") == 1
        and node.value.split(":")[0] in spaces
        and node.value.split(":")[1].replace("-", "").isalnum()
        and node.value not in known
    ]
    assert lost == []
