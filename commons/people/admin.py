"""The rows about people in Django's admin, to look at. Nothing can be changed there: changes go through actions, which keep the
record, and have pages of their own under /staff/. Signing in to the admin is allauth's, with its limits and second step."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from commons.people.models import Appointment, Membership, Organisation, User

admin.site.login = secure_admin_login(admin.site.login)


class LookOnly(admin.ModelAdmin):
    """Shows rows; adds, changes and deletes none."""

    list_per_page = 50
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest) -> bool:
        """Only the filters a list offers, and no character that Postgres cannot hold. Django lets an address filter by any column
        of the row, and so lets whoever may look find out a password's hash letter by letter."""
        return lookup.partition("__")[0] in self.list_filter and "\x00" not in str(value)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(LookOnly):
    # The password's hash is nobody's business.
    fields = ["name", "email", "language", "is_active", "joined_at", "last_login"]
    list_display = ["name", "email", "is_active", "joined_at"]
    search_fields = ["name", "email"]


@admin.register(Organisation)
class OrganisationAdmin(LookOnly):
    list_display = ["name", "registered_number", "sector", "region", "status"]
    list_filter = ["status", "sector", "region"]
    search_fields = ["search_text"]


@admin.register(Membership)
class MembershipAdmin(LookOnly):
    list_display = ["user", "organisation", "part", "state", "how", "asked_at"]
    list_filter = ["state", "how"]
    list_select_related = ["user", "organisation"]


@admin.register(Appointment)
class AppointmentAdmin(LookOnly):
    list_display = ["user", "role", "starts_on", "ends_on", "appointed_by"]
    list_filter = ["role"]
    list_select_related = ["user", "appointed_by"]
