"""A person who can sign in. There are no superusers and no per-person permissions: what someone may do follows from the
roles they hold today, and a role that opens other people's data is in force only once a second sign-in step is set up."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from rules import has_perm

from commons.people.models.organisations import PlainText
from commons.people.models.roles import MFA_ROLES, Role

SIGNED_IN_AT = "signed_in_at"
"""Session key: when this session was signed in, in seconds since 1970. The length of a session is limited by it."""
SECOND_STEPS = frozenset({"totp", "webauthn"})
"""The kinds of allauth authenticator that count as a second step. Recovery codes alone do not."""


class UserQuerySet(models.QuerySet):
    """Words for choosing people."""

    def visible_to(self, user: object) -> "UserQuerySet":
        """Oneself; everyone for staff."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self if user.is_staff else self.filter(pk=user.pk)

    def in_name_order(self) -> "UserQuerySet":
        """As a reader expects: capitals and accents do not matter."""
        return self.order_by(PlainText("name"), "pk")

    def matching(self, words: str) -> "UserQuerySet":
        """Those whose name or e-mail address holds every one of the words."""
        people = self
        for word in words.split():
            people = people.alias(plain_name=PlainText("name")).filter(
                models.Q(plain_name__contains=PlainText(models.Value(word))) | models.Q(email__icontains=word)
            )
        return people


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes people, and finds them by address."""

    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", language: str = "en-gb"
    ) -> "User":
        """Save a new person. Without a password they sign in by e-mailed code; a blank password is never usable."""
        user = self.model(email=email.strip().lower(), name=name, language=language)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user

    def create_superuser(self, *args: object, **kwargs: object) -> "User":
        """Always refuses: roles are appointments."""
        raise NotImplementedError("There are no superusers here. Run: manage.py appoint EMAIL staff")

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """One person and one e-mail address. Signing in is allauth's; this row says who it is and which language they read."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_lower_case"),
        ]
        indexes = [models.Index(PlainText("name"), name="people_user_by_name")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: object, **kwargs: object) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def refresh_from_db(self, *args: object, **kwargs: object) -> None:
        self.forget_roles()
        super().refresh_from_db(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def audit_label(self) -> str:
        """How the record names this person. It cannot be changed later, so it holds nothing that tells who they are."""
        return f"person {self.pk}"

    # --- roles -----------------------------------------------------------------------------------------------------------

    @cached_property
    def _held(self) -> tuple[frozenset[str], bool]:
        """The roles appointed to today, and whether a second sign-in step is set up; one query."""
        if not self.is_active or self.pk is None:
            return frozenset(), False
        rows = self.appointments.in_force(timezone.localdate()).values_list("role", "user__authenticator__type")
        pairs = list(rows)
        return frozenset(role for role, _kind in pairs), any(kind in SECOND_STEPS for _role, kind in pairs)

    @property
    def roles(self) -> frozenset[str]:
        """The roles in force now. Those in `MFA_ROLES` are left out until a second sign-in step is set up."""
        held, second_step = self._held
        return held if second_step else held - MFA_ROLES

    @property
    def roles_waiting(self) -> frozenset[str]:
        """Roles held but not in force, because no second sign-in step is set up yet."""
        return self._held[0] - self.roles

    def has_role(self, role: str) -> bool:
        return role in self.roles

    def forget_roles(self) -> None:
        """Ask the database again next time; for those who have just changed an appointment."""
        self.__dict__.pop("_held", None)

    # --- what Django asks ------------------------------------------------------------------------------------------------

    @property
    def is_staff(self) -> bool:
        """Holds the staff role, in force."""
        return self.has_role(Role.STAFF)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and has_perm(perm, self, obj)

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin lists the app at all."""
        return self.is_staff and app_label == "people"
